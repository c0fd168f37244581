/* SPDX-License-Identifier: GPL-2.0-only */
#include "sink/tls_peer_json.h"

#include "model/names.h"

void tls_json_code(struct json *j, const char *key, const char *name, unsigned int id)
{
	char unknown[24];

	if (!name)
		snprintf(unknown, sizeof(unknown), "unknown(0x%04x)", id);
	json_text(j, key, name ? name : unknown);
}

void tls_json_hex(struct json *j, const char *key, const uint8_t *bytes, size_t count)
{
	json_hex(j, key, bytes, count < 32 ? count : 32);
}

static void names16(struct json *j, const char *key, const struct u16_list *l,
		    const char *(*name)(uint16_t))
{
	if (!l->count)
		return;
	json_open(j, key, '[');
	for (unsigned int i = 0; i < l->count; i++)
		tls_json_code(j, NULL, name(u16_at(l, i)), u16_at(l, i));
	json_close(j, ']');
}

static void numbers8(struct json *j, const char *key, const struct byte_list *l)
{
	if (!l->count)
		return;
	json_open(j, key, '[');
	for (unsigned int i = 0; i < l->count; i++)
		json_int(j, NULL, l->at[i]);
	json_close(j, ']');
}

/* An offered draft keeps its number. */
static const char *offered_version_name(uint16_t version)
{
	return version >> 8 == 0x7f ? NULL : version_name(version);
}

static void alpn(struct json *j, const struct byte_list *names)
{
	if (!names->count)
		return;
	json_open(j, "alpn", '[');
	for (unsigned int at = 0; at < names->count;) {
		unsigned int bytes = names->at[at++];

		if (bytes > names->count - at)
			break;
		json_bytes(j, NULL, names->at + at, bytes);
		at += bytes;
	}
	json_close(j, ']');
}

static void rest_of_client(struct json *j, const struct client_hello *h)
{
	tls_json_code(j, "legacy_version", version_name(h->legacy_version), h->legacy_version);
	names16(j, "extensions", &h->extensions, extension_name);
	names16(j, "key_shares", &h->key_shares, group_name);
	numbers8(j, "compression_methods", &h->compression);
	numbers8(j, "point_formats", &h->point_formats);
	numbers8(j, "psk_modes", &h->psk_modes);
	names16(j, "certificate_compression", &h->certificate_compression,
		certificate_compression_name);
	if (h->psk_count) {
		json_open(j, "psk_identities", '[');
		for (int i = 0; i < h->psk_count && i < PSK_KEPT; i++)
			tls_json_hex(j, NULL, h->psk_hash[i], SHORT_HASH);
		json_close(j, ']');
	}
	json_bool(j, "sslv2", h->sslv2);
	json_bool(j, "session_ticket", h->ticket_extension);
	json_bool(j, "early_data", h->early_data);
	json_bool(j, "extended_master_secret", h->extended_master_secret);
	json_bool(j, "encrypt_then_mac", h->encrypt_then_mac);
	json_bool(j, "renegotiation_info", h->renegotiation_info || h->renegotiation_scsv);
	json_bool(j, "fallback_scsv", h->fallback_scsv);
	json_bool(j, "ocsp_request", h->ocsp_request);
}

void tls_json_client(struct json *j, const struct client_hello *h, bool all)
{
	if (!h->seen)
		return;
	json_open(j, "client", '{');
	if (*h->server_name)
		json_text(j, "server_name", h->server_name);
	tls_json_hex(j, "random", h->random, 32);
	names16(j, "supported_ciphers", &h->ciphers, cipher_name);
	names16(j, "supported_versions", &h->versions, offered_version_name);
	names16(j, "supported_groups", &h->groups, group_name);
	names16(j, "signature_algorithms", &h->signature_algorithms, signature_name);
	alpn(j, &h->alpn);
	if (*h->ja3)
		json_text(j, "ja3", h->ja3);
	if (*h->ja4)
		json_text(j, "ja4", h->ja4);
	json_bool(j, "ech", h->ech);
	if (all)
		rest_of_client(j, h);
	json_close(j, '}');
}

void tls_json_certificate(struct json *j, const struct certificate *c)
{
	if (c->subject)
		json_text(j, "subject", c->subject);
	if (c->issuer)
		json_text(j, "issuer", c->issuer);
	if (c->serial)
		json_text(j, "serial_number", c->serial);
	if (c->has_not_before)
		json_date(j, "not_before", c->not_before_s);
	if (c->has_not_after)
		json_date(j, "not_after", c->not_after_s);
	if (c->name_count) {
		json_open(j, "subject_alt_names", '[');
		for (unsigned int i = 0; i < c->name_count; i++)
			json_text(j, NULL, c->names[i]);
		json_close(j, ']');
	}
	if (c->key_type)
		json_text(j, "key_type", c->key_type);
	if (c->key_bits)
		json_int(j, "key_bits", c->key_bits);
	json_open(j, "hash", '{');
	tls_json_hex(j, "sha256", c->sha256, sizeof(c->sha256));
	json_close(j, '}');
}

void tls_json_server(struct json *j, const struct conn *c)
{
	bool ja3s = c->server.seen && !c->server.hello_retry && *c->server.ja3s;

	if (!ja3s && !c->server_certificate)
		return;
	json_open(j, "server", '{');
	if (ja3s)
		json_text(j, "ja3s", c->server.ja3s);
	if (c->server_certificate) {
		tls_json_certificate(j, c->server_certificate);
		json_int(j, "certificate_chain_length", c->server_chain_length);
	}
	json_close(j, '}');
}

void tls_json_client_certificate(struct json *j, const struct conn *c)
{
	if (!c->client_certificate_requested && !c->client_certificate_sent)
		return;
	json_open(j, "client_certificate", '{');
	json_bool(j, "requested", c->client_certificate_requested);
	json_bool(j, "sent", c->client_certificate_sent);
	if (c->client_certificate)
		tls_json_certificate(j, c->client_certificate);
	json_close(j, '}');
}
