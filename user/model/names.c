/* SPDX-License-Identifier: GPL-2.0-only */
#include "model/names.h"

#include <stddef.h>

struct name {
	uint16_t id;
	const char *text;
};

static const struct name ciphers[] = {
#include "model/names_ciphers.inc"
};

static const struct name groups[] = {
	{ 21, "secp224r1" }, { 23, "secp256r1" }, { 24, "secp384r1" }, { 25, "secp521r1" },
	{ 29, "x25519" }, { 30, "x448" }, { 26, "brainpoolP256r1" }, { 27, "brainpoolP384r1" },
	{ 28, "brainpoolP512r1" }, { 256, "ffdhe2048" }, { 257, "ffdhe3072" }, { 258, "ffdhe4096" },
	{ 259, "ffdhe6144" }, { 260, "ffdhe8192" }, { 0x11eb, "SecP256r1MLKEM768" },
	{ 0x11ec, "X25519MLKEM768" }, { 0x11ed, "SecP384r1MLKEM1024" },
};

static const struct name signatures[] = {
	{ 0x0201, "rsa_pkcs1_sha1" }, { 0x0203, "ecdsa_sha1" }, { 0x0401, "rsa_pkcs1_sha256" },
	{ 0x0403, "ecdsa_secp256r1_sha256" }, { 0x0501, "rsa_pkcs1_sha384" },
	{ 0x0503, "ecdsa_secp384r1_sha384" }, { 0x0601, "rsa_pkcs1_sha512" },
	{ 0x0603, "ecdsa_secp521r1_sha512" }, { 0x0804, "rsa_pss_rsae_sha256" },
	{ 0x0805, "rsa_pss_rsae_sha384" }, { 0x0806, "rsa_pss_rsae_sha512" },
	{ 0x0807, "ed25519" }, { 0x0808, "ed448" }, { 0x0809, "rsa_pss_pss_sha256" },
	{ 0x080a, "rsa_pss_pss_sha384" }, { 0x080b, "rsa_pss_pss_sha512" },
};

static const struct name alerts[] = {
	{ 0, "close_notify" }, { 10, "unexpected_message" }, { 20, "bad_record_mac" },
	{ 21, "decryption_failed" }, { 22, "record_overflow" }, { 30, "decompression_failure" },
	{ 40, "handshake_failure" }, { 41, "no_certificate" }, { 42, "bad_certificate" },
	{ 43, "unsupported_certificate" }, { 44, "certificate_revoked" },
	{ 45, "certificate_expired" }, { 46, "certificate_unknown" }, { 47, "illegal_parameter" },
	{ 48, "unknown_ca" }, { 49, "access_denied" }, { 50, "decode_error" },
	{ 51, "decrypt_error" }, { 52, "too_many_cids_requested" }, { 60, "export_restriction" },
	{ 70, "protocol_version" }, { 71, "insufficient_security" }, { 80, "internal_error" },
	{ 86, "inappropriate_fallback" }, { 90, "user_canceled" }, { 100, "no_renegotiation" },
	{ 109, "missing_extension" }, { 110, "unsupported_extension" },
	{ 111, "certificate_unobtainable" }, { 112, "unrecognized_name" },
	{ 113, "bad_certificate_status_response" }, { 114, "bad_certificate_hash_value" },
	{ 115, "unknown_psk_identity" }, { 116, "certificate_required" },
	{ 120, "no_application_protocol" }, { 121, "ech_required" },
};

static const struct name record_types[] = {
	{ 20, "change_cipher_spec" }, { 21, "alert" }, { 22, "handshake" },
	{ 23, "application_data" }, { 24, "heartbeat" },
};

static const struct name handshake_types[] = {
	{ 0, "hello_request" }, { 1, "client_hello" }, { 2, "server_hello" },
	{ 4, "new_session_ticket" }, { 5, "end_of_early_data" }, { 8, "encrypted_extensions" },
	{ 11, "certificate" }, { 12, "server_key_exchange" }, { 13, "certificate_request" },
	{ 14, "server_hello_done" }, { 15, "certificate_verify" }, { 16, "client_key_exchange" },
	{ 20, "finished" }, { 21, "certificate_url" }, { 22, "certificate_status" },
	{ 23, "supplemental_data" }, { 24, "key_update" }, { 25, "compressed_certificate" },
	{ 254, "message_hash" },
};

static const struct name versions[] = {
	{ 0x0300, "ssl3" }, { 0x0301, "1.0" }, { 0x0302, "1.1" }, { 0x0303, "1.2" },
	{ 0x0304, "1.3" },
};

static const char *find(const struct name *names, size_t count, uint16_t id)
{
	for (size_t i = 0; i < count; i++)
		if (names[i].id == id)
			return names[i].text;
	return NULL;
}

#define FIND(table, id) find(table, sizeof(table) / sizeof(*(table)), id)

/* RFC 8701: 0x0a0a, 0x1a1a, ... 0xfafa. */
static const char *grease(uint16_t id)
{
	return (id & 0x0f0f) == 0x0a0a && id >> 8 == (id & 0xff) ? "GREASE" : NULL;
}

const char *cipher_name(uint16_t id)
{
	return grease(id) ? "GREASE" : FIND(ciphers, id);
}

const char *group_name(uint16_t id)
{
	return grease(id) ? "GREASE" : FIND(groups, id);
}

const char *signature_name(uint16_t id)
{
	return grease(id) ? "GREASE" : FIND(signatures, id);
}

const char *alert_name(uint8_t description)
{
	return FIND(alerts, description);
}

const char *record_type_name(uint8_t type)
{
	return FIND(record_types, type);
}

const char *handshake_type_name(uint8_t type)
{
	return FIND(handshake_types, type);
}

const char *version_name(uint16_t version)
{
	return grease(version) ? "GREASE" : FIND(versions, version);
}
