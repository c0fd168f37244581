/* SPDX-License-Identifier: GPL-2.0-only */
#include "sink/tls_json.h"

#include "model/names.h"
#include "model/roles.h"
#include "sink/tls_peer_json.h"
#include "util/digests.h"

static void ticket(struct json *j, const struct conn *c)
{
	const struct client_hello *h = &c->client;

	if (!h->ticket_bytes && !h->psk_count && !c->issued_ticket)
		return;
	json_open(j, "ticket", '{');
	if (h->ticket_bytes)
		tls_json_hex(j, "hash", h->ticket_hash, SHORT_HASH);
	else if (h->psk_count)
		tls_json_hex(j, "hash", h->psk_hash[0], SHORT_HASH);
	if (c->issued_ticket) {
		json_open(j, "issued", '{');
		tls_json_hex(j, "hash", c->issued_hash, SHORT_HASH);
		json_int(j, "lifetime_s", c->issued_lifetime_s);
		json_close(j, '}');
	}
	json_close(j, '}');
}

static void session_id(struct json *j, const struct conn *c)
{
	uint8_t digest[DIGEST_MAX];

	json_open(j, "id", '{');
	if (c->server.seen) {
		if (digest_of(DIGEST_SHA256, c->server.session_id, c->server.session_id_bytes, digest))
			tls_json_hex(j, "hash", digest, SHORT_HASH);
	} else {
		json_int(j, "length", c->server_session_id_bytes); /* from the record's */
	}
	json_close(j, '}');
}

static void session(struct json *j, const struct conn *c)
{
	bool id = c->server.seen ? !is_tls13(c->server.version) && c->server.session_id_bytes :
				   c->session_id_inferred;

	if (!id && !c->client.ticket_bytes && !c->client.psk_count && !c->issued_ticket)
		return;
	json_open(j, "session", '{');
	if (id)
		session_id(j, c);
	ticket(j, c);
	json_close(j, '}');
}

static void times(struct json *j, const struct conn *c)
{
	if (!c->tcp_connect_duration_ns && !(c->client_hello_ns && (c->established_at_ns || c->server_hello_ns)))
		return;
	json_open(j, "handshake", '{');
	/* Not where the clock was set back in between. */
	if (c->client_hello_ns && c->established_at_ns >= c->client_hello_ns)
		json_int(j, "duration_ns", c->established_at_ns - c->client_hello_ns);
	if (c->client_hello_ns && c->server_hello_ns >= c->client_hello_ns)
		json_int(j, "client_hello_to_server_hello_ns",
			 c->server_hello_ns - c->client_hello_ns);
	if (c->tcp_connect_duration_ns)
		json_int(j, "tcp_connect_ns", c->tcp_connect_duration_ns);
	json_close(j, '}');
}

static void chosen(struct json *j, const struct server_hello *h)
{
	if (!h->seen)
		return;
	/* A HelloRetryRequest binds the ServerHello that follows it (RFC 8446 4.1.4). */
	tls_json_code(j, "version", version_name(h->version), h->version);
	if (h->version >> 8 == 0x7f)
		json_int(j, "version_draft", h->version & 0xff);
	json_text(j, "version_protocol", h->version <= 0x0300 ? "ssl" : "tls");
	if (h->cipher || !h->hello_retry) { /* those of the first drafts name none */
		tls_json_code(j, "cipher", cipher_name(h->cipher), h->cipher);
		json_int(j, "cipher_id", h->cipher);
	}
	if (h->group)
		tls_json_code(j, "curve", group_name(h->group), h->group);
	if (h->alpn && *h->alpn)
		json_text(j, "next_protocol", h->alpn);
}

static void decryption(struct json *j, const struct conn *c)
{
	static const char *const sides[] = { "client", "server" };

	if (!c->decryption[0].used && !c->decryption[1].used)
		return;
	json_open(j, "decryption", '{');
	for (int i = 0; i < 2; i++) {
		const struct decryption *d = &c->decryption[i];

		if (!d->used)
			continue;
		json_open(j, sides[i], '{');
		json_int(j, "records", d->opened);
		if (d->why) {
			json_text(j, "failure", d->why);
			json_int(j, "failed_record", d->index);
		}
		json_close(j, '}');
	}
	json_close(j, '}');
}

void tls_json_handshake(struct json *j, const struct conn *c)
{
	chosen(j, &c->server);
	json_bool(j, "established", c->established);
	json_bool(j, "resumed", c->resumed);
	tls_json_resumption(j, c);
	session(j, c);
	tls_json_client(j, &c->client, false);
	tls_json_server(j, c);
	tls_json_client_certificate(j, c);
	json_bool(j, "hello_retry", c->hello_retry);
	if (c->mac_inference)
		json_text(j, "mac_inference", c->mac_inference);
	if (c->malformed)
		tls_json_code(j, "malformed", handshake_type_name(c->malformed_type), c->malformed_type);
	decryption(j, c);
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
	tls_json_code(j, "level", value == 1 ? "warning" : value == 2 ? "fatal" : NULL, value);
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
		tls_json_code(j, "description", alert_name(c->alerts[i].description), c->alerts[i].description);
		if (role_name(c->alerts[i].sender))
			json_text(j, "sender", role_name(c->alerts[i].sender));
		json_close(j, '}');
	}
	json_close(j, ']');
	json_text(j, "close", closes[c->close]);
	if (role_name(c->close_by))
		json_text(j, "close_by", role_name(c->close_by));
	if (c->verdict.result) {
		json_open(j, "verify_result", '{');
		json_int(j, "code", c->verdict.result);
		json_text(j, "reason", c->verdict.text);
		json_close(j, '}');
	}
	json_int(j, "retransmits", c->retransmits);
	if (c->altered)
		json_int(j, "retransmits_altered", c->altered);
	tls_json_io_sums(j, c);
	json_int(j, "gaps", c->totals[0].gap_bytes + c->totals[1].gap_bytes);
}

void tls_json_record(struct json *j, const char *key, const struct past_record *r)
{
	json_open(j, key, '{');
	if (role_name(r->sender))
		json_text(j, "sender", role_name(r->sender));
	tls_json_code(j, "type", record_type_name(r->type), r->type);
	json_int(j, "type_code", r->type);
	tls_json_code(j, "version", version_name(r->version), r->version);
	json_int(j, "length", r->length);
	if (r->message_count) {
		json_open(j, "messages", '[');
		for (int i = 0; i < r->message_count; i++)
			tls_json_code(j, NULL, handshake_type_name(r->messages[i]), r->messages[i]);
		json_close(j, ']');
	}
	json_bool(j, "encrypted", r->encrypted);
}

void tls_json_alert(struct json *j, const struct conn *c, const struct alert *a, int64_t time_ns,
		    bool has_local_end)
{
	chosen(j, &c->server);
	if (*c->history)
		json_text(j, "history", c->history);
	json_open(j, "alert", '{');
	if (a->readable) {
		level(j, a->level);
		json_int(j, "level_code", a->level);
		tls_json_code(j, "description", alert_name(a->description), a->description);
		json_int(j, "description_code", a->description);
	}
	if (role_name(a->sender))
		json_text(j, "sender", role_name(a->sender));
	if (has_local_end)
		json_text(j, "direction", a->sent ? "sent" : "received");
	json_bool(j, "encrypted", a->encrypted);
	json_open(j, "evidence", '[');
	if (a->by_wire)
		json_text(j, NULL, a->by_size ? "size" : "wire");
	if (a->by_library)
		json_text(j, NULL, "library");
	if (a->decrypted)
		json_text(j, NULL, "decrypted");
	json_close(j, ']');
	json_open(j, "after", '[');
	for (int i = 0; i < a->after_count; i++) {
		if (a->after[i].time_ns > time_ns)
			continue; /* an alert known by its size alone is found at the close */
		tls_json_record(j, NULL, &a->after[i]);
		json_int(j, "time_offset_ns", a->after[i].time_ns - time_ns);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_close(j, '}');
}
