/* SPDX-License-Identifier: GPL-2.0-only */
#include "track/session.h"

#include <stdlib.h>
#include <string.h>

#include "wire/hello.h"

#define FLIGHT_BYTES_MAX 65536

#define TLS13_ALERT_BYTES 19

enum { CCS = 20, ALERT = 21, HANDSHAKE = 22, DATA = 23 };
enum { CLIENT_HELLO = 1, SERVER_HELLO = 2, CLIENT_KEY_EXCHANGE = 16 };

static enum tls_role sender(const struct session *s, int dir)
{
	if (s->conn.role == ROLE_UNKNOWN)
		return ROLE_UNKNOWN;
	if (dir == TT_SENT)
		return s->conn.role;
	return s->conn.role == ROLE_CLIENT ? ROLE_SERVER : ROLE_CLIENT;
}

static void history(struct session *s, int dir, char letter)
{
	size_t at = strlen(s->conn.history);

	if (at + 1 >= sizeof(s->conn.history))
		return;
	if (sender(s, dir) != ROLE_CLIENT)
		letter += 'a' - 'A';
	s->conn.history[at] = letter;
}

static bool tls13(const struct session *s)
{
	return s->conn.server.seen && s->conn.server.version >= 0x0304;
}

static bool is_protected(const struct session *s, int dir, uint8_t type)
{
	if (type == CCS)
		return false;
	if (type == DATA)
		return true;
	return !tls13(s) && s->ccs[dir];
}

/* Open before tracing began: how its handshake went nobody saw. */
static bool handshake_missed(const struct session *s)
{
	return s->midstream && !s->conn.client.seen && !s->conn.server.seen;
}

static void report(struct session *s, const struct track_out *out, int64_t time_ns)
{
	if (s->reported)
		return;
	s->reported = true;
	if (s->conn.established)
		s->conn.established_at_ns = time_ns;
	out->handshake(out->arg, time_ns, &s->conn);
}

/* Zeek's letter of each handshake type. */
static char letter_of(uint8_t type, bool retry)
{
	switch (type) {
	case 0: return 'H';
	case 1: return 'C';
	case 2: return retry ? 'J' : 'S';
	case 4: return 'T';
	case 5: return 'E';
	case 8: return 'O';
	case 11: return 'X';
	case 12: return 'K';
	case 13: return 'R';
	case 14: return 'N';
	case 15: return 'Y';
	case 16: return 'G';
	case 20: return 'F';
	case 21: return 'W';
	case 22: return 'U';
	case 23: return 'A';
	case 24: return 'P';
	case 254: return 'M';
	}
	return 'Z';
}

static void client_hello(struct session *s, int dir, int64_t time_ns, const uint8_t *body,
			 size_t bytes)
{
	struct conn *c = &s->conn;

	if (c->role == ROLE_UNKNOWN)
		c->role = dir == TT_SENT ? ROLE_CLIENT : ROLE_SERVER;
	memset(&c->client, 0, sizeof(c->client));
	client_hello_parse(body, bytes, &c->client);
	if (!c->client_hello_ns)
		c->client_hello_ns = time_ns;
	c->offered = c->client.psk || c->client.ticket_bytes || c->client.session_id_bytes;
	if (c->client.psk)
		c->resumption_method = "psk";
	else if (c->client.ticket_bytes)
		c->resumption_method = "ticket";
	else if (c->client.session_id_bytes)
		c->resumption_method = "session_id";
}

static void server_hello(struct session *s, int dir, int64_t time_ns, const uint8_t *body,
			 size_t bytes)
{
	struct conn *c = &s->conn;

	if (c->role == ROLE_UNKNOWN)
		c->role = dir == TT_SENT ? ROLE_SERVER : ROLE_CLIENT;
	memset(&c->server, 0, sizeof(c->server));
	server_hello_parse(body, bytes, &c->server);
	if (c->server.hello_retry) {
		c->hello_retry = true;
		return;
	}
	c->server_hello_ns = time_ns;
	if (c->server.version >= 0x0304) {
		c->resumed = c->server.psk;
		/* The legacy session ID of 1.3 is for middleboxes: no offer. */
		c->offered = c->client.psk;
		c->resumption_method = c->client.psk ? "psk" : NULL;
	} else if (c->client.psk && !c->client.ticket_bytes) {
		/* The 1.3 offer fell with the version. */
		c->offered = c->resumption_method != NULL;
	}
}

static void message(struct session *s, int dir, int64_t time_ns, uint8_t type,
		    const uint8_t *body, size_t bytes)
{
	struct past_record *r = &s->recent[dir][(s->recent_end[dir] - 1) % RECENT];

	if (type == CLIENT_HELLO)
		client_hello(s, dir, time_ns, body, bytes);
	else if (type == SERVER_HELLO)
		server_hello(s, dir, time_ns, body, bytes);
	else if (type == CLIENT_KEY_EXCHANGE)
		s->client_key_exchange = true;
	history(s, dir, letter_of(type, type == SERVER_HELLO && s->conn.server.hello_retry));
	if (s->recent_end[dir] && r->message_count < sizeof(r->messages))
		r->messages[r->message_count++] = type;
}

/* Take every whole message off the front of the flight. */
static void messages(struct session *s, int dir, int64_t time_ns)
{
	uint8_t *at = s->flight[dir].bytes;
	uint32_t left = s->flight[dir].have;

	while (left >= 4) {
		uint32_t length = at[1] << 16 | at[2] << 8 | at[3];

		if (left - 4 < length)
			break;
		message(s, dir, time_ns, at[0], at + 4, length);
		at += 4 + length;
		left -= 4 + length;
	}
	memmove(s->flight[dir].bytes, at, left);
	s->flight[dir].have = left;
	if (!left) {
		free(s->flight[dir].bytes);
		s->flight[dir].bytes = NULL;
	}
}

static void handshake_bytes(struct session *s, int dir, int64_t time_ns,
			    const struct tt_ev_record *e)
{
	uint32_t have = s->flight[dir].have;
	uint8_t *grown;

	if (!e->body_bytes || have + e->body_bytes > FLIGHT_BYTES_MAX)
		return;
	grown = realloc(s->flight[dir].bytes, have + e->body_bytes);
	if (!grown)
		return;
	s->flight[dir].bytes = grown;
	memcpy(grown + have, e->body, e->body_bytes);
	s->flight[dir].have = have + e->body_bytes;
	messages(s, dir, time_ns);
}

static int older(const void *a, const void *b)
{
	const struct past_record *x = a, *y = b;

	return x->time_ns < y->time_ns ? -1 : x->time_ns > y->time_ns;
}

/* The last 8 records before the newest of `dir`, both directions together. */
static void fill_after(struct session *s, int dir, struct alert *alert)
{
	struct past_record all[2 * RECENT];
	size_t count = 0, take;

	for (int d = 0; d < 2; d++) {
		uint32_t end = s->recent_end[d] - (d == dir);
		uint32_t from = end > RECENT - 1 ? end - (RECENT - 1) : 0;

		for (uint32_t i = from; (int32_t)(end - i) > 0; i++)
			if (s->recent[d][i % RECENT].index == i)
				all[count++] = s->recent[d][i % RECENT];
	}
	qsort(all, count, sizeof(*all), older);
	take = count > 8 ? 8 : count;
	memcpy(alert->after, all + count - take, take * sizeof(*all));
	alert->after_count = take;
}

static void alert_record(struct session *s, const struct track_out *out, int64_t time_ns,
			 const struct tt_ev_record *e, bool hidden)
{
	struct conn *c = &s->conn;
	struct alert alert = { .sender = sender(s, e->dir), .sent = e->dir == TT_SENT,
			       .encrypted = hidden, .by_size = hidden };

	history(s, e->dir, 'L');
	fill_after(s, e->dir, &alert);
	if (!hidden && e->body_bytes >= 2) {
		alert.readable = true;
		alert.level = e->body[0];
		alert.description = e->body[1];
		if (alert.description == 0)
			s->close_notify = true;
		if (c->alert_count < 4) {
			c->alerts[c->alert_count].level = alert.level;
			c->alerts[c->alert_count].description = alert.description;
			c->alerts[c->alert_count++].sender = alert.sender;
		}
	} else if (c->established || handshake_missed(s)) {
		/* After data, an alert that nobody can read ends the stream. */
		s->close_notify = true;
	}
	out->alert(out->arg, time_ns, c, &alert);
	if (!c->established && !handshake_missed(s) && (!alert.readable || alert.level == 2)) {
		c->failed = true;
		report(s, out, time_ns);
	}
}

/* One protected record: count towards "both Finished seen". */
static void protected_record(struct session *s, const struct track_out *out, int64_t time_ns,
			     const struct tt_ev_record *e)
{
	int client = s->conn.role == ROLE_CLIENT ? TT_SENT : TT_RECEIVED;

	/* A TLS 1.3 alert is 19 bytes, less than any Finished. */
	if (tls13(s) && e->length <= TLS13_ALERT_BYTES && !s->conn.established)
		return;
	if (s->finished[e->dir] < 255)
		s->finished[e->dir]++;
	if (s->conn.established || s->conn.role == ROLE_UNKNOWN || !s->conn.server.seen)
		return;
	/* Under 1.3 early data precedes the client's Finished. */
	if (s->finished[client] && s->finished[!client]) {
		s->conn.established = true;
		report(s, out, time_ns);
	}
}

static void change_cipher_spec(struct session *s, int dir)
{
	struct conn *c = &s->conn;

	s->ccs[dir] = true;
	history(s, dir, 'I');
	if (tls13(s) || !c->server.seen || s->client_key_exchange)
		return;
	/* Keys without a key exchange: the session was resumed. */
	if (!strpbrk(c->history, "xkn"))
		c->resumed = true;
}

static struct past_record *remember(struct session *s, int dir, uint32_t index, int64_t time_ns)
{
	struct past_record *r = &s->recent[dir][index % RECENT];

	memset(r, 0, sizeof(*r));
	r->index = index;
	r->time_ns = time_ns;
	r->sender = sender(s, dir);
	if ((int32_t)(index + 1 - s->recent_end[dir]) > 0)
		s->recent_end[dir] = index + 1;
	return r;
}

/* The first byte of a hello tells the roles; the rest may be segments away. */
static void role_of_hello(struct session *s, const struct tt_ev_record *e)
{
	if (s->conn.role != ROLE_UNKNOWN || e->body_offset || !e->body_bytes ||
	    (e->body[0] != CLIENT_HELLO && e->body[0] != SERVER_HELLO))
		return;
	s->conn.role = (e->body[0] == CLIENT_HELLO) == (e->dir == TT_SENT) ? ROLE_CLIENT
									   : ROLE_SERVER;
}

void session_record(struct session *s, const struct track_out *out, int64_t time_ns,
		    const struct tt_ev_record *e)
{
	bool hidden = is_protected(s, e->dir, e->type);
	struct past_record *r = NULL;

	if (e->type == HANDSHAKE && !hidden)
		role_of_hello(s, e);
	if (e->body_offset == 0) {
		r = remember(s, e->dir, e->index, time_ns);
		r->type = e->type;
		r->version = e->version;
		r->length = e->length;
		r->encrypted = hidden;
	}
	if (e->type == CCS)
		change_cipher_spec(s, e->dir);
	else if (e->type == ALERT)
		alert_record(s, out, time_ns, e, hidden || !e->body_bytes);
	else if (e->type == HANDSHAKE && !hidden)
		handshake_bytes(s, e->dir, time_ns, e);
	else if (e->body_offset == 0 && (e->type == HANDSHAKE || e->type == DATA))
		protected_record(s, out, time_ns, e);
	if (!r)
		return;
	r->sender = sender(s, e->dir);
	out->record(out->arg, time_ns, &s->conn, r);
}

void session_flight(struct session *s, int dir, const struct tt_flight_record *flight,
		    uint64_t records, int64_t wall_offset_ns)
{
	uint32_t from = records > TT_FLIGHT_RECORDS ? records - TT_FLIGHT_RECORDS : 0;

	for (uint32_t i = from; i < (uint32_t)records; i++) {
		const struct tt_flight_record *f = &flight[i % TT_FLIGHT_RECORDS];
		struct past_record *r;

		if (f->index != i || (int32_t)(i - s->recent_end[dir]) < 0 || f->type != DATA)
			continue;
		r = remember(s, dir, i, (int64_t)f->time_ns + wall_offset_ns);
		r->type = f->type;
		r->version = 0x0300 | f->version_minor;
		r->length = f->length;
		r->encrypted = true;
	}
}

bool session_ends_like_alert(const struct session *s)
{
	for (int dir = 0; dir < 2 && (tls13(s) || handshake_missed(s)); dir++) {
		const struct past_record *r;

		if (!s->recent_end[dir])
			continue;
		r = &s->recent[dir][(s->recent_end[dir] - 1) % RECENT];
		if (r->type == DATA && r->length == TLS13_ALERT_BYTES)
			return true;
	}
	return false;
}

void session_end(struct session *s, const struct track_out *out, int64_t time_ns)
{
	if (s->reported)
		return;
	if (s->conn.client.seen || s->conn.server.seen) {
		s->conn.failed = !s->conn.established && s->conn.close != CLOSE_OPEN;
		report(s, out, time_ns);
	}
}

void session_free(struct session *s)
{
	free(s->flight[0].bytes);
	free(s->flight[1].bytes);
	free(s);
}
