/* SPDX-License-Identifier: GPL-2.0-only */
#include "sink/tls_json.h"

#include <openssl/evp.h>

#include "model/names.h"
#include "model/roles.h"

static void code(struct json *j, const char *key, const char *name, unsigned id)
{
	char unknown[24];

	snprintf(unknown, sizeof(unknown), "unknown(0x%04x)", id);
	json_text(j, key, name ? name : unknown);
}

static void list(struct json *j, const char *key, const struct u16_list *l,
		 const char *(*name)(uint16_t))
{
	if (!l->count)
		return;
	json_open(j, key, '[');
	for (int i = 0; i < l->count; i++)
		code(j, NULL, name(l->at[i]), l->at[i]);
	json_close(j, ']');
}

static void hex(struct json *j, const char *key, const uint8_t *bytes, int count)
{
	char text[65];

	for (int i = 0; i < count && i < 32; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	json_text(j, key, text);
}

static void alpn(struct json *j, const char *names)
{
	char name[256];
	size_t at = 0;

	if (!*names)
		return;
	json_open(j, "alpn", '[');
	for (;; names++) {
		if (*names && *names != ',') {
			name[at++] = *names;
			continue;
		}
		name[at] = 0;
		json_text(j, NULL, name);
		at = 0;
		if (!*names)
			break;
	}
	json_close(j, ']');
}

static void client(struct json *j, const struct client_hello *h)
{
	if (!h->seen)
		return;
	json_open(j, "client", '{');
	if (*h->server_name)
		json_text(j, "server_name", h->server_name);
	hex(j, "random", h->random, 32);
	list(j, "supported_ciphers", &h->ciphers, cipher_name);
	list(j, "supported_versions", &h->versions, version_name);
	list(j, "supported_groups", &h->groups, group_name);
	list(j, "signature_algorithms", &h->signature_algorithms, signature_name);
	alpn(j, h->alpn);
	json_bool(j, "ech", h->ech);
	json_close(j, '}');
}

static void session_hash(struct json *j, const char *key, const uint8_t *id, int bytes)
{
	uint8_t digest[EVP_MAX_MD_SIZE];

	if (!EVP_Digest(id, bytes, digest, NULL, EVP_sha256(), NULL))
		return;
	json_open(j, key, '{');
	hex(j, "hash", digest, 8);
	json_close(j, '}');
}

static void session(struct json *j, const struct conn *c)
{
	bool id = c->server.seen && c->server.version < 0x0304 && c->server.session_id_bytes;

	if (!id && !c->client.ticket_bytes)
		return;
	json_open(j, "session", '{');
	if (id)
		session_hash(j, "id", c->server.session_id, c->server.session_id_bytes);
	if (c->client.ticket_bytes) {
		json_open(j, "ticket", '{');
		json_text(j, "hash", c->client.ticket_hash);
		json_close(j, '}');
	}
	json_close(j, '}');
}

static void times(struct json *j, const struct conn *c)
{
	json_open(j, "handshake", '{');
	if (c->established_at_ns && c->client_hello_ns)
		json_int(j, "duration_ns", c->established_at_ns - c->client_hello_ns);
	if (c->server_hello_ns && c->client_hello_ns)
		json_int(j, "client_hello_to_server_hello_ns",
			 c->server_hello_ns - c->client_hello_ns);
	if (c->tcp_connect_duration_ns)
		json_int(j, "tcp_connect_ns", c->tcp_connect_duration_ns);
	json_close(j, '}');
}

static void chosen(struct json *j, const struct server_hello *h)
{
	if (!h->seen || h->hello_retry)
		return;
	code(j, "version", version_name(h->version), h->version);
	json_text(j, "version_protocol", h->version == 0x0300 ? "ssl" : "tls");
	code(j, "cipher", cipher_name(h->cipher), h->cipher);
	json_int(j, "cipher_id", h->cipher);
	if (h->group)
		code(j, "curve", group_name(h->group), h->group);
	if (*h->alpn)
		json_text(j, "next_protocol", h->alpn);
}

void tls_json_handshake(struct json *j, const struct conn *c)
{
	chosen(j, &c->server);
	json_bool(j, "established", c->established);
	json_bool(j, "resumed", c->resumed);
	json_open(j, "resumption", '{');
	json_bool(j, "offered", c->offered);
	json_bool(j, "accepted", c->resumed);
	if (c->resumption_method)
		json_text(j, "method", c->resumption_method);
	json_close(j, '}');
	session(j, c);
	client(j, &c->client);
	json_bool(j, "hello_retry", c->hello_retry);
	times(j, c);
	if (*c->history)
		json_text(j, "history", c->history);
}

static void side(struct json *j, const char *key, const struct side_totals *t)
{
	json_open(j, key, '{');
	json_int(j, "count", t->records);
	json_int(j, "bytes", t->bytes);
	json_open(j, "application_data", '{');
	json_int(j, "count", t->app_records);
	json_int(j, "bytes", t->app_bytes);
	json_close(j, '}');
	json_close(j, '}');
}

static void level(struct json *j, uint8_t value)
{
	code(j, "level", value == 1 ? "warning" : value == 2 ? "fatal" : NULL, value);
}

void tls_json_connection(struct json *j, const struct conn *c)
{
	static const char *const closes[] = { "open", "close_notify", "fin", "reset", "timeout" };
	int own = !local_is_client(c);

	json_open(j, "records", '{');
	side(j, "client", &c->totals[own]);
	side(j, "server", &c->totals[!own]);
	json_close(j, '}');
	json_open(j, "alerts", '[');
	for (int i = 0; i < c->alert_count; i++) {
		json_open(j, NULL, '{');
		level(j, c->alerts[i].level);
		code(j, "description", alert_name(c->alerts[i].description), c->alerts[i].description);
		if (role_name(c->alerts[i].sender))
			json_text(j, "sender", role_name(c->alerts[i].sender));
		json_close(j, '}');
	}
	json_close(j, ']');
	json_text(j, "close", closes[c->close]);
	if (role_name(c->close_by))
		json_text(j, "close_by", role_name(c->close_by));
	json_int(j, "retransmits", c->retransmits);
	json_int(j, "gaps", c->totals[0].gap_bytes + c->totals[1].gap_bytes);
}

void tls_json_record(struct json *j, const char *key, const struct past_record *r)
{
	json_open(j, key, '{');
	if (role_name(r->sender))
		json_text(j, "sender", role_name(r->sender));
	code(j, "type", record_type_name(r->type), r->type);
	json_int(j, "type_code", r->type);
	code(j, "version", version_name(r->version), r->version);
	json_int(j, "length", r->length);
	if (r->message_count) {
		json_open(j, "messages", '[');
		for (int i = 0; i < r->message_count; i++)
			code(j, NULL, handshake_type_name(r->messages[i]), r->messages[i]);
		json_close(j, ']');
	}
	json_bool(j, "encrypted", r->encrypted);
}

void tls_json_alert(struct json *j, const struct conn *c, const struct alert *a, int64_t time_ns)
{
	chosen(j, &c->server);
	if (*c->history)
		json_text(j, "history", c->history);
	json_open(j, "alert", '{');
	if (a->readable) {
		level(j, a->level);
		json_int(j, "level_code", a->level);
		code(j, "description", alert_name(a->description), a->description);
		json_int(j, "description_code", a->description);
	}
	if (role_name(a->sender))
		json_text(j, "sender", role_name(a->sender));
	json_text(j, "direction", a->sent ? "sent" : "received");
	json_bool(j, "encrypted", a->encrypted);
	json_open(j, "evidence", '[');
	json_text(j, NULL, a->by_size ? "size" : "wire");
	json_close(j, ']');
	json_open(j, "after", '[');
	for (int i = 0; i < a->after_count; i++) {
		tls_json_record(j, NULL, &a->after[i]);
		json_int(j, "time_offset_ns", a->after[i].time_ns - time_ns);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_close(j, '}');
}
