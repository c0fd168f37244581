/* SPDX-License-Identifier: GPL-2.0-only */
#include "wire/handshake.h"

#include <errno.h>
#include <string.h>

#include "decrypt/keylog.h"
#include "track/certs.h"
#include "track/state.h"
#include "wire/chain.h"
#include "wire/hello.h"
#include "wire/infer.h"

/* What a message needs to be told. */
struct telling {
	struct session *s;
	const struct track_out *out;
	int64_t time_ns;
	int dir;
};

/* A fingerprint is that of the client's own first choice, before the server asked again. */
static int client_hello(struct telling *t, const uint8_t *body, uint32_t bytes, bool sslv2)
{
	struct conn *c = &t->s->conn;
	struct client_hello h = { .no_fingerprints = !t->out->fingerprints };
	int err;

	if (c->role == ROLE_UNKNOWN)
		c->role = t->dir == TT_SENT ? ROLE_CLIENT : ROLE_SERVER;
	if (sender_of(t->s, t->dir) != ROLE_CLIENT)
		return 0;
	err = sslv2 ? sslv2_hello_parse(body, bytes, &h) : client_hello_parse(body, bytes, &h);
	if (c->client.seen && *c->client.ja4) {
		memcpy(h.ja3, c->client.ja3, sizeof(h.ja3));
		memcpy(h.ja4, c->client.ja4, sizeof(h.ja4));
	}
	client_hello_free(&c->client);
	c->client = h;
	c->client_hello_bytes = bytes > 65535 ? 65535 : bytes;
	if (!c->client_hello_ns)
		c->client_hello_ns = t->time_ns;
	offer_from_client(c);
	if (t->out->keylog && keylog_count(t->out->keylog) && err != -ENOMEM)
		open_client_hello(t->s, t->out->keylog, &c->client);
	return err;
}

static int server_hello(struct telling *t, const uint8_t *body, uint32_t bytes, bool retry)
{
	struct conn *c = &t->s->conn;
	int err;

	if (c->role == ROLE_UNKNOWN)
		c->role = t->dir == TT_SENT ? ROLE_SERVER : ROLE_CLIENT;
	if (sender_of(t->s, t->dir) != ROLE_SERVER)
		return 0;
	server_hello_free(&c->server);
	c->server.no_fingerprints = !t->out->fingerprints;
	err = retry ? hello_retry_parse(body, bytes, &c->server) :
		      server_hello_parse(body, bytes, &c->server);
	c->server_session_id_bytes = c->server.session_id_bytes;
	if (c->server.hello_retry) {
		c->hello_retry = true;
		return err;
	}
	c->server_hello_ns = t->time_ns;
	if (!err)
		resume_from_server(c);
	open_server_hello(t->s, &c->server);
	return err;
}

static int certificate(struct telling *t, const uint8_t *body, uint32_t bytes, struct message *m)
{
	struct conn *c = &t->s->conn;
	bool by_client = sender_of(t->s, t->dir) == ROLE_CLIENT;
	const struct certificate **to = by_client ? &c->client_certificate : &c->server_certificate;
	struct cursor leaf;
	int count = certificate_chain(body, bytes, c->server.version, &leaf);

	m->chain_length = count > 255 ? 255 : count < 0 ? 0 : count;
	if (by_client) {
		c->client_certificate_sent = count > 0;
	} else {
		c->server_chain_length = m->chain_length;
		c->server_path = certificate_path(body, bytes, c->server.version);
	}
	if (leaf.at) {
		certs_put(*to);
		*to = certs_get(leaf.at, cur_left(&leaf));
		m->certificate = *to;
	}
	return count < 0 ? count : 0;
}

static int fields(struct telling *t, const uint8_t *body, uint32_t bytes, struct message *m)
{
	const struct server_hello *server = &t->s->conn.server;
	int err = handshake_fields(body, bytes, server->version, server->cipher, m);

	if (m->group)
		t->s->conn.server.group = m->group;
	if (!err && m->type == HS_NEW_SESSION_TICKET && m->ticket_bytes) {
		t->s->conn.issued_ticket = true;
		t->s->conn.issued_lifetime_s = m->lifetime_s;
		memcpy(t->s->conn.issued_hash, m->ticket_hash, SHORT_HASH);
	}
	return err;
}

/* Of a renegotiation only the keys are followed: the connection's facts are the first's. */
static int renegotiation(struct telling *t, const uint8_t *body, uint32_t bytes, uint8_t type)
{
	struct client_hello client = { .no_fingerprints = true };
	struct server_hello server = { .no_fingerprints = true };
	int err;

	if (type == HS_CLIENT_HELLO) {
		err = client_hello_parse(body, bytes, &client);
		if (!err)
			open_client_hello(t->s, t->out->keylog, &client);
		client_hello_free(&client);
		return err;
	}
	err = server_hello_parse(body, bytes, &server);
	if (!err)
		open_server_hello(t->s, &server);
	server_hello_free(&server);
	return err;
}

static int decode(struct telling *t, const uint8_t *body, uint32_t bytes, struct message *m)
{
	struct conn *c = &t->s->conn;
	int err;

	if (t->s->opened && (m->type == HS_CLIENT_HELLO || m->type == HS_SERVER_HELLO))
		return renegotiation(t, body, bytes, m->type);
	switch (m->type) {
	case HS_CLIENT_HELLO:
		err = client_hello(t, body, bytes, false);
		m->client = &c->client;
		return err;
	case HS_SERVER_HELLO:
	case HS_HELLO_RETRY_REQUEST:
		err = server_hello(t, body, bytes, m->type == HS_HELLO_RETRY_REQUEST);
		m->server = &c->server;
		return err;
	case HS_ENCRYPTED_EXTENSIONS: return encrypted_extensions_parse(body, bytes, &c->server);
	case HS_CERTIFICATE: return certificate(t, body, bytes, m);
	}
	return fields(t, body, bytes, m);
}

/* What the mere presence of a message tells. */
static void presence(struct session *s, uint8_t type)
{
	switch (type) {
	case HS_CLIENT_KEY_EXCHANGE:
		s->client_key_exchange = true;
		/* fall through */
	case HS_CERTIFICATE:
	case HS_SERVER_KEY_EXCHANGE:
	case HS_SERVER_HELLO_DONE:
		s->key_exchange = true;
		/* The ID was echoed, and yet the handshake is a full one. */
		if (!session_tls13(s) && !s->opened)
			s->conn.resumed = false;
		break;
	case HS_CERTIFICATE_REQUEST: s->conn.client_certificate_requested = true; break;
	}
}

static void note(struct telling *t, struct message *m)
{
	struct session *s = t->s;
	struct past_record *r = &s->recent[t->dir][(s->recent_end[t->dir] - 1) % RECENT];

	if (m->malformed && !s->conn.malformed) {
		s->conn.malformed = true;
		s->conn.malformed_type = m->type;
	}
	presence(s, m->type);
	add_message(s, t->dir, m->type);
	if (s->recent_end[t->dir] && r->message_count < sizeof(r->messages))
		r->messages[r->message_count++] = m->type;
	m->sender = sender_of(s, t->dir);
	if (t->out->message)
		t->out->message(t->out->arg, t->time_ns, &s->conn, m);
	if (!s->opened)
		return;
	open_message(s, t->dir, m->type);
	if (m->type == HS_FINISHED)
		finished_record(s, t->out, t->time_ns, t->dir);
}

static void infer_session_id(struct session *s, int dir, uint32_t bytes)
{
	int id = bytes <= 65535 ? server_hello_session_id(bytes) : -1;

	if (s->conn.server.seen || !s->conn.client.seen || id < 0 ||
	    sender_of(s, dir) != ROLE_SERVER)
		return;
	s->conn.session_id_inferred = true;
	s->conn.server_session_id_bytes = id;
}

static void message(void *arg, uint8_t type, const uint8_t *body, uint32_t bytes)
{
	struct telling *t = arg;
	struct message m = { .type = type, .sent = t->dir == TT_SENT, .length = bytes,
			     .truncated = !body };

	if (body)
		m.malformed = decode(t, body, bytes, &m) != 0;
	else if (type == HS_SERVER_HELLO)
		infer_session_id(t->s, t->dir, HANDSHAKE_HEADER_BYTES + bytes);
	note(t, &m);
}

void handshake_record(struct session *s, const struct track_out *out, int64_t time_ns,
		      const struct tt_ev_record *e)
{
	struct telling t = { s, out, time_ns, e->dir };

	if (!e->body_offset && !e->body_bytes && e->index == 0)
		infer_session_id(s, e->dir, e->length);
	/* Tracing began inside the connection: its handshake records are protected ones. */
	if (s->midstream && !s->conn.client.seen && !s->conn.server.seen && !e->body_offset &&
	    !flight_begins(e->body, e->body_bytes, e->length)) {
		s->encrypted[e->dir] = true;
		return;
	}
	/* Bytes that cannot be a message are protected ones whose ChangeCipherSpec was missed. */
	if (!flight_take(&s->flight[e->dir], e->length, e->body_offset, e->body, e->body_bytes,
			 message, &t))
		s->encrypted[e->dir] = true;
}

void sslv2_record(struct session *s, const struct track_out *out, int64_t time_ns,
		  const struct tt_ev_record *e)
{
	struct telling t = { s, out, time_ns, e->dir };
	struct message m = { .type = HS_CLIENT_HELLO, .sent = e->dir == TT_SENT,
			     .length = e->length };

	if (e->body_offset || !e->body_bytes)
		return;
	m.malformed = client_hello(&t, e->body, e->body_bytes, true) != 0;
	m.client = &s->conn.client;
	note(&t, &m);
}
