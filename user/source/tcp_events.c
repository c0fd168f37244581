/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "source/tcp_conn.h"

#define TOLD_SINGLY 12 /* records of data; later ones are counted only, as by the kernel half */

enum { TYPE_HANDSHAKE = 22, TYPE_DATA = 23, TYPE_SSL2 = 128 };
enum { CLIENT_HELLO = 1, SERVER_HELLO = 2 };

/* One run of the record machine for one side of a connection. */
struct run {
	struct records_out out;
	struct tcp *tcp;
	struct tcp_conn *conn;
};

static void head(struct tt_event *e, const struct tcp_conn *c, int64_t time_ns, uint16_t kind,
		 size_t bytes)
{
	*e = (struct tt_event){ .time_ns = (uint64_t)time_ns, .conn_id = c->id, .kind = kind,
				.size = (uint16_t)bytes };
}

static uint8_t local_side(const struct tcp_conn *c, int side, const struct stream *s,
			  const uint8_t *body)
{
	if (c->initiator != NO_SIDE)
		return c->initiator;
	if (s->now.type == TYPE_SSL2 || (s->now.type == TYPE_HANDSHAKE && body && *body == CLIENT_HELLO))
		return side;
	if (s->now.type == TYPE_HANDSHAKE && body && *body == SERVER_HELLO)
		return !side;
	return c->port[0] > c->port[1] ? 0 : 1;
}

static void announce(struct run *r, const struct stream *s, const uint8_t *body, uint8_t why)
{
	struct tcp_conn *c = r->conn;
	struct tt_ev_open e = { .owner = { .wanted = 1 } };
	bool hello = body && s->totals.records == 1 &&
		     (s->now.type == TYPE_SSL2 || *body == CLIENT_HELLO || *body == SERVER_HELLO);

	c->local = local_side(c, r->out.side, s, body);
	c->id = ++r->tcp->last_id;
	c->announced = r->out.announced = true;
	head(&e.head, c, r->out.time_ns, TT_EV_OPEN, sizeof(e));
	e.connect_ns = (uint64_t)c->connect_ns;
	e.established_ns = (uint64_t)c->established_ns;
	e.family = c->family;
	e.tcp_role = c->initiator == NO_SIDE ? TT_TCP_UNKNOWN : TT_TCP_ACTIVE;
	e.midstream = c->initiator == NO_SIDE && !hello;
	e.local_port = c->port[c->local];
	e.remote_port = c->port[!c->local];
	memcpy(e.local, c->address[c->local], 16);
	memcpy(e.remote, c->address[!c->local], 16);
	r->tcp->event(r->tcp->arg, &e, sizeof(e));
	first_tell(r->tcp, c, 0, r->out.time_ns, why);
	first_tell(r->tcp, c, 1, r->out.time_ns, why);
}

/* The other side's FIN was seen, and this one has acknowledged it. */
static bool after_end(const struct tcp_conn *c, int side)
{
	const struct half *other = &c->half[!side];

	return other->fin && other->was_acked && (int32_t)(other->acked - other->fin_seq) > 0;
}

/* What was seen of the other side is not all, or not all that this one acknowledges; a FIN takes a number, too. */
static bool beside_hole(const struct tcp_conn *c, int side)
{
	const struct half *other = &c->half[!side];

	if (other->stream.totals.gap_bytes)
		return true;
	return other->positioned && other->was_acked &&
	       (int32_t)(other->acked - other->next) > (other->fin && other->next == other->fin_seq);
}

static void on_record(struct records_out *out, const struct stream *s, const uint8_t *body,
		      uint16_t bytes)
{
	struct run *r = (struct run *)out;
	struct tt_ev_record *e = r->tcp->record;

	if (!r->conn->announced)
		announce(r, s, bytes ? body : NULL, TT_FIRST_BESIDE_TLS);
	if (s->now.type == TYPE_HANDSHAKE && s->totals.records == 1 && !s->body_offset &&
	    r->conn->initiator == !out->side)
		server_speaks_tls(r->tcp, r->conn);
	if (s->now.type == TYPE_DATA && s->totals.app_records > TOLD_SINGLY &&
	    !r->tcp->config.every_record && !s->copy && !s->after_gap)
		return;
	head(&e->head, r->conn, out->time_ns, bytes ? TT_EV_BODY : TT_EV_RECORD, sizeof(*e) + bytes);
	e->index = (uint32_t)s->totals.records - 1;
	e->version = 0x0300 | s->now.minor;
	e->length = s->now.length;
	e->type = s->now.type;
	e->dir = out->side == r->conn->local ? TT_SENT : TT_RECEIVED;
	e->body_offset = s->body_offset;
	e->body_bytes = bytes;
	e->flags = (s->after_gap ? TT_AFTER_GAP : 0) | (after_end(r->conn, out->side) ? TT_AFTER_END : 0) |
		   (beside_hole(r->conn, out->side) ? TT_BESIDE_HOLE : 0) |
		   (r->conn->reset_by == !out->side && out->time_ns > r->conn->reset_ns ? TT_CROSSED : 0);
	if (bytes)
		memcpy(e->body, body, bytes);
	r->tcp->event(r->tcp->arg, e, sizeof(*e) + bytes);
}

static uint32_t close_flags(const struct tcp_conn *c, bool end_seen)
{
	uint32_t flags = end_seen ? 0 : TT_END_UNSEEN;

	if (c->half[c->local].fin)
		flags |= TT_FIN_SENT;
	if (c->half[!c->local].fin)
		flags |= TT_FIN_RECEIVED;
	if (c->fin_first == c->local)
		flags |= TT_FIN_SENT_FIRST;
	if (c->reset_by == !c->local)
		flags |= TT_RST_RECEIVED;
	return flags;
}

static void totals(struct tcp *tcp, const struct tcp_conn *c, int64_t time_ns, uint16_t kind,
		   uint32_t flags, uint32_t acked_ns)
{
	struct tt_ev_totals e = { .retransmits = c->retransmits, .close_flags = flags,
				  .altered = c->altered, .acked_ns = acked_ns };

	head(&e.head, c, time_ns, kind, sizeof(e));
	e.dir[TT_SENT] = c->half[c->local].stream.totals;
	e.dir[TT_RECEIVED] = c->half[!c->local].stream.totals;
	tcp->event(tcp->arg, &e, sizeof(e));
}

static void on_alert_due(struct records_out *out)
{
	struct run *r = (struct run *)out;
	const struct half *answered = &r->conn->half[!out->side];
	int64_t acked_ns = out->time_ns - answered->acked_at_ns;

	if (!answered->was_acked || acked_ns < 0 || acked_ns > UINT32_MAX)
		acked_ns = 0;
	if (r->conn->announced)
		totals(r->tcp, r->conn, out->time_ns, TT_EV_TOTALS, 0, (uint32_t)acked_ns);
}

static void on_lost(struct records_out *out)
{
	struct run *r = (struct run *)out;

	r->tcp->counts.gaps += r->conn->announced;
}

static struct run begin(struct tcp *tcp, struct tcp_conn *c, int side, int64_t time_ns)
{
	uint8_t other = c->half[!side].stream.state;

	return (struct run){
		.out = { .side = side, .time_ns = time_ns, .announced = c->announced,
			 .peer_tls = other == STREAM_TLS || c->half[!side].stream.totals.records,
			 .hopeless = c->hopeless, .sealed = tcp->config.sealed, .record = on_record, .alert_due = on_alert_due,
			 .lost = on_lost },
		.tcp = tcp, .conn = c };
}

/* The connection is told of though it is no TLS. */
static void announce_plain(struct run *r, int side, uint8_t why)
{
	announce(r, &r->conn->half[side].stream, NULL, why);
	r->tcp->counts.not_tls++;
}

static void begins_plain(struct run *r, int side, const uint8_t *data, uint32_t bytes)
{
	struct tcp_conn *c = r->conn;

	first_keep(c, side, data, bytes);
	if (c->announced)
		first_tell(r->tcp, c, side, r->out.time_ns, TT_FIRST_BESIDE_TLS);
	else if (c->first[!side] && first_is_refusal(c, side))
		announce_plain(r, side, TT_FIRST_ANSWER);
}

void conn_bytes(struct tcp *tcp, struct tcp_conn *c, int side, int64_t time_ns, const uint8_t *data,
		uint32_t bytes)
{
	struct stream *s = &c->half[side].stream;
	struct run r;
	bool begins;

	/* The bulk of the bytes: inside a body that nobody wants. */
	if (s->state == STREAM_TLS && !s->copy && bytes <= s->body_left) {
		s->body_left -= bytes;
		return;
	}
	r = begin(tcp, c, side, time_ns);
	if (s->state == STREAM_NOT && r.out.peer_tls && !s->totals.records) {
		/* Given up, but now the other side says that it is TLS. */
		s->state = STREAM_PLAIN;
		s->plain_bytes = 0;
		s->plain_segments = 0;
	}
	begins = s->state == STREAM_NEW && s->first && !s->head_bytes && !c->first[side];
	records_bytes(s, &r.out, data, bytes);
	c->hopeless = r.out.hopeless;
	if (begins && (s->proxied || s->state == STREAM_PLAIN || s->state == STREAM_NOT))
		begins_plain(&r, side, data, bytes);
}

void conn_gap(struct tcp *tcp, struct tcp_conn *c, int side, int64_t time_ns, uint32_t bytes)
{
	struct run r = begin(tcp, c, side, time_ns);

	records_gap(&c->half[side].stream, &r.out, bytes);
}

void conn_records_end(struct tcp *tcp, struct tcp_conn *c, int side, int64_t time_ns)
{
	struct run r = begin(tcp, c, side, time_ns);

	records_end(&c->half[side].stream, &r.out);
}

/* The client spoke, and a server that speaks TLS with others said nothing. */
static bool unanswered(struct tcp *tcp, const struct tcp_conn *c)
{
	const struct half *server;

	if (c->initiator == NO_SIDE || !c->first[c->initiator])
		return false;
	server = &c->half[!c->initiator];
	return !c->first[!c->initiator] && server->stream.state == STREAM_NEW &&
	       !server->stream.head_bytes && !server->stream.totals.gap_bytes &&
	       server_is_known(tcp, c);
}

/* PostgreSQL's request for TLS, and N. */
static bool request_refused(struct tcp_conn *c)
{
	static const uint8_t request[] = { 0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f };
	const struct first *asked = c->initiator == NO_SIDE ? NULL : c->first[c->initiator];
	const struct first *answer = asked ? c->first[!c->initiator] : NULL;

	return answer && c->half[!c->initiator].stream.plain_bytes == 1 && answer->data[0] == 'N' &&
	       c->half[c->initiator].stream.plain_bytes == sizeof(request) &&
	       asked->bytes == sizeof(request) && !memcmp(asked->data, request, sizeof(request));
}

void conn_closed(struct tcp *tcp, struct tcp_conn *c, int64_t time_ns, bool end_seen)
{
	struct run r = begin(tcp, c, 0, time_ns);

	if (!c->announced && unanswered(tcp, c))
		announce_plain(&r, 0, TT_FIRST_AT_TLS);
	else if (!c->announced && request_refused(c))
		announce_plain(&r, 0, TT_FIRST_ANSWER);
	if (c->announced)
		totals(tcp, c, time_ns, TT_EV_CLOSE, close_flags(c, end_seen), 0);
	else if (c->data)
		tcp->counts.not_tls++;
}
