/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hello.h - ClientHello and ServerHello as facts.
 *
 * Lists stay in wire order and wire byte order in one heap block a hello, so a
 * hello at rest costs about 300 bytes. client_hello_free() releases it.
 */
#ifndef TT_MODEL_HELLO_H
#define TT_MODEL_HELLO_H

#include <stdbool.h>
#include <stdint.h>

#define SHORT_HASH 8 /* bytes of SHA-256 that are shown: 16 hex digits */
#define PSK_KEPT 4

/* Big-endian pairs, as on the wire. */
struct u16_list {
	const uint8_t *at;
	uint16_t count;
};

struct byte_list {
	const uint8_t *at;
	uint16_t count;
};

static inline uint16_t u16_at(const struct u16_list *list, unsigned int i)
{
	return (uint16_t)(list->at[2 * i] << 8 | list->at[2 * i + 1]);
}

struct client_hello {
	bool seen, sslv2;
	bool no_fingerprints; /* nobody will read them: set before it is read */
	bool psk_external; /* the first identity looks like a name, no ticket of a session */
	bool ech, psk, ticket_extension, early_data, extended_master_secret, encrypt_then_mac;
	bool renegotiation_info, ocsp_request, fallback_scsv, renegotiation_scsv;
	uint8_t session_id_bytes, psk_count; /* psk_count: identities offered */
	uint16_t legacy_version, ticket_bytes;
	uint8_t random[32];
	uint8_t session_id[32];
	uint8_t ticket_hash[SHORT_HASH];
	uint8_t psk_hash[PSK_KEPT][SHORT_HASH]; /* of the identities */
	struct u16_list ciphers, extensions, versions, groups, key_shares, signature_algorithms;
	struct u16_list certificate_compression;
	struct byte_list compression, point_formats, psk_modes;
	struct byte_list alpn;	 /* ProtocolName entries: a length byte, then the name */
	const char *server_name; /* raw bytes of the peer: escape before showing; never NULL */
	char ja3[33], ja4[37];	 /* empty when not computed */
	void *block;		 /* owns what the lists and the name point to */
};

struct server_hello {
	bool no_fingerprints; /* as above */
	bool seen, hello_retry, psk, ticket_extension, extended_master_secret, encrypt_then_mac;
	bool renegotiation_info, ocsp_response;
	uint8_t session_id_bytes, compression;
	uint16_t legacy_version;
	uint16_t version; /* supported_versions decides; a draft is 0x7fNN */
	uint16_t cipher, group;
	uint8_t random[32];
	uint8_t session_id[32];
	char *alpn; /* raw bytes of the peer, owned; NULL when there is none */
	char ja3s[33];
};

/* TLS 1.3 and its drafts: whatever no earlier version's number is. */
static inline bool is_tls13(uint16_t version)
{
	return version > 0x0303 && version < 0xfe00;
}

#endif /* TT_MODEL_HELLO_H */
