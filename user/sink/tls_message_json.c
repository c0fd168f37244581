/* SPDX-License-Identifier: GPL-2.0-only */
/* tls_message_json.c - one handshake message with its fields. */
#include "model/names.h"
#include "model/roles.h"
#include "sink/tls_json.h"
#include "sink/tls_peer_json.h"

enum { NEW_SESSION_TICKET = 4, CERTIFICATE = 11, CERTIFICATE_REQUEST = 13 };
enum { CERTIFICATE_STATUS = 22, COMPRESSED_CERTIFICATE = 25 };

static void fields(struct json *j, const struct message *m)
{
	if (m->truncated || m->malformed)
		return;
	switch (m->type) {
	case NEW_SESSION_TICKET:
		json_int(j, "lifetime_s", m->lifetime_s);
		json_int(j, "ticket_length", m->ticket_bytes);
		if (m->ticket_bytes)
			tls_json_hex(j, "ticket_hash", m->ticket_hash, SHORT_HASH);
		break;
	case CERTIFICATE: json_int(j, "certificate_chain_length", m->chain_length); break;
	case CERTIFICATE_REQUEST: json_int(j, "authorities", m->ca_count); break;
	case CERTIFICATE_STATUS: json_int(j, "status_type", m->status_type); break;
	case COMPRESSED_CERTIFICATE:
		tls_json_code(j, "algorithm", certificate_compression_name(m->compression),
			      m->compression);
		break;
	}
	if (m->group)
		tls_json_code(j, "curve", group_name(m->group), m->group);
}

static void server(struct json *j, const struct server_hello *h)
{
	json_open(j, "server", '{');
	tls_json_code(j, "version", version_name(h->version), h->version);
	tls_json_code(j, "legacy_version", version_name(h->legacy_version), h->legacy_version);
	tls_json_code(j, "cipher", cipher_name(h->cipher), h->cipher);
	json_int(j, "cipher_id", h->cipher);
	tls_json_hex(j, "random", h->random, sizeof(h->random));
	json_int(j, "session_id_length", h->session_id_bytes);
	if (h->group)
		tls_json_code(j, "curve", group_name(h->group), h->group);
	if (h->alpn && *h->alpn)
		json_text(j, "next_protocol", h->alpn);
	if (*h->ja3s)
		json_text(j, "ja3s", h->ja3s);
	json_int(j, "compression_method", h->compression);
	json_bool(j, "hello_retry", h->hello_retry);
	json_bool(j, "psk", h->psk);
	json_bool(j, "session_ticket", h->ticket_extension);
	json_bool(j, "extended_master_secret", h->extended_master_secret);
	json_bool(j, "encrypt_then_mac", h->encrypt_then_mac);
	json_bool(j, "renegotiation_info", h->renegotiation_info);
	json_bool(j, "ocsp_response", h->ocsp_response);
	json_close(j, '}');
}

void tls_json_message(struct json *j, const struct message *m, bool has_local_end)
{
	json_open(j, "message", '{');
	tls_json_code(j, "type", handshake_type_name(m->type), m->type);
	json_int(j, "type_code", m->type);
	json_int(j, "length", m->length);
	if (role_name(m->sender))
		json_text(j, "sender", role_name(m->sender));
	if (has_local_end)
		json_text(j, "direction", m->sent ? "sent" : "received");
	json_bool(j, "malformed", m->malformed);
	json_bool(j, "truncated", m->truncated);
	fields(j, m);
	json_close(j, '}');
	if (m->client)
		tls_json_client(j, m->client, true);
	if (m->server)
		server(j, m->server);
	if (m->certificate) {
		json_open(j, m->sender == ROLE_CLIENT ? "client_certificate" : "server", '{');
		tls_json_certificate(j, m->certificate);
		json_close(j, '}');
	}
}
