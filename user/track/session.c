/* SPDX-License-Identifier: GPL-2.0-only */
#include "track/session.h"

#include <stdlib.h>
#include <string.h>

#include "track/certs.h"
#include "track/ends.h"
#include "track/history.h"
#include "track/state.h"
#include "wire/hello.h"
#include "wire/handshake.h"
#include "wire/infer.h"

enum { CCS = 20, ALERT = 21, HANDSHAKE = 22, DATA = 23, HEARTBEAT = 24, SSLV2_HELLO = 128 };

void report_handshake(struct session *s, const struct track_out *out, int64_t time_ns)
{
	if (s->reported || !session_has_begun(&s->conn))
		return;
	s->reported = true;
	if (s->conn.established) {
		s->conn.established_at_ns = time_ns;
		s->conn.stalled = false; /* that it went on after all is said by its time */
	}
	s->conn.records_shaking[0] = s->recent_end[0];
	s->conn.records_shaking[1] = s->recent_end[1];
	if (s->conn.failed && !s->conn.last_alert.time_ns)
		alert_after(s, -1, &s->conn.last_alert);
	if (s->conn.failed)
		ends_compare(track_of(out), s);
	if (out->history)
		history_handshake(out->history, &s->conn, time_ns);
	out->handshake(out->arg, time_ns, &s->conn);
}

/*
 * Up to TLS 1.2 everything after ChangeCipherSpec is protected, a short alert
 * never is. The protected records of TLS 1.3 are all of type application data.
 */
static bool is_protected(const struct session *s, const struct tt_ev_record *e)
{
	if (e->type == CCS)
		return false;
	if (e->type == DATA)
		return true;
	if (session_tls13(s))
		return false;
	if (e->type == ALERT && e->length <= TT_PLAIN_ALERT_MAX)
		return false;
	return s->encrypted[e->dir];
}

/* The cipher family where the ServerHello was missed. */
static void infer_family(struct session *s, const struct tt_ev_record *e)
{
	struct conn *c = &s->conn;
	bool first = !s->finished[e->dir];

	if (c->server.seen || c->mac_inference || !first)
		return;
	if (e->type == HANDSHAKE ? !s->ccs[e->dir] :
	    !c->client.seen || c->client.early_data || sender_of(s, e->dir) != ROLE_CLIENT)
		return;
	c->mac_inference = finished_family(e->version, e->type, e->length);
}

/* Early data of the client precedes its Finished. */
static bool may_be_finished(const struct session *s, const struct tt_ev_record *e)
{
	int server = s->conn.role == ROLE_CLIENT ? TT_RECEIVED : TT_SENT;

	return !(s->conn.client.early_data && e->type == DATA &&
		 sender_of(s, e->dir) == ROLE_CLIENT && !s->finished[server]);
}

/* More protected records than an end sends up to its Finished: data, whatever the other end does. */
static bool past_handshake(const struct session *s, int dir)
{
	enum { MOST = 8 };

	return (session_handshake_missed(s) || s->holed) && s->finished[dir] > MOST;
}

void finished_record(struct session *s, const struct track_out *out, int64_t time_ns, int dir)
{
	if (s->conn.failed)
		return; /* an end had refused: nothing became of it */
	if (s->finished[dir] < 255)
		s->finished[dir]++;
	if (s->conn.established || (!(s->finished[0] && s->finished[1]) && !past_handshake(s, dir)))
		return;
	s->conn.established = true;
	report_handshake(s, out, time_ns);
}

/* One protected record: count towards "both Finished seen". */
static void protected_record(struct session *s, const struct track_out *out, int64_t time_ns,
			     const struct tt_ev_record *e)
{
	infer_family(s, e);
	if (session_tls13(s) && !s->conn.established)
		s->padded[e->dir] |= is_padded_finished(s->conn.server.cipher, e->length);
	if (session_tls13(s) && !s->conn.client.early_data && !s->finished[e->dir] &&
	    sender_of(s, e->dir) == ROLE_CLIENT)
		s->conn.certificate_hint = certificate_hint(s->conn.server.cipher, e->length);
	/* Up to TLS 1.2 data come behind both Finished, one of which may be missing. */
	if (s->holed && e->type == DATA && s->conn.server.seen && !session_tls13(s))
		s->finished[!e->dir] |= 1;
	if (may_be_finished(s, e))
		finished_record(s, out, time_ns, e->dir);
}

void hidden_record(struct session *s, const struct track_out *out, int64_t time_ns,
		   const struct tt_ev_record *e)
{
	if (e->type == ALERT)
		alert_record(s, out, time_ns, e, true);
	else if (!e->body_offset && !alert_by_size(s, out, time_ns, e) &&
		 (e->type == HANDSHAKE || e->type == DATA))
		protected_record(s, out, time_ns, e);
}

static void change_cipher_spec(struct session *s, int dir)
{
	add_history(s, dir, 'I');
	s->ccs[dir] = true;
	flight_reset(&s->flight[dir]);
	if (session_tls13(s))
		return; /* there for middleboxes only */
	s->encrypted[dir] = true;
	resume_from_keys(s, dir);
	open_change(s, dir);
}

static struct past_record *remember(struct session *s, int dir, uint32_t index, int64_t time_ns)
{
	struct past_record *r = &s->recent[dir][index % RECENT];

	memset(r, 0, sizeof(*r));
	r->index = index;
	r->time_ns = time_ns;
	r->sender = sender_of(s, dir);
	if ((int32_t)(index + 1 - s->recent_end[dir]) > 0)
		s->recent_end[dir] = index + 1;
	return r;
}

static void dispatch(struct session *s, const struct track_out *out, int64_t time_ns,
		     const struct tt_ev_record *e, bool hidden)
{
	if (e->type == DATA &&
	    (!s->conn.server.seen || s->conn.server.hello_retry || session_tls13(s)))
		s->encrypted[e->dir] = true;
	/* The ChangeCipherSpec of a renegotiation is protected by the keys that it ends. */
	if ((hidden || (e->type == CCS && e->length > 1)) && open_record(s, out, time_ns, e))
		return;
	switch (e->type) {
	case CCS:
		if (!e->body_offset)
			change_cipher_spec(s, e->dir);
		return;
	case ALERT: alert_record(s, out, time_ns, e, hidden || !e->body_bytes); return;
	case HANDSHAKE:
		if (hidden)
			break;
		handshake_record(s, out, time_ns, e);
		return;
	case DATA: break;
	case HEARTBEAT:
		if (!hidden && !e->body_offset)
			add_history(s, e->dir, 'B');
		return;
	case SSLV2_HELLO: sslv2_record(s, out, time_ns, e); return;
	default: return;
	}
	hidden_record(s, out, time_ns, e);
}

/* The first byte of a hello tells the roles; the rest may be segments away. */
static void role_of_hello(struct session *s, const struct tt_ev_record *e)
{
	if ((s->conn.role != ROLE_UNKNOWN && !s->role_by_tcp) || e->body_offset || !e->body_bytes ||
	    (e->body[0] != HS_CLIENT_HELLO && e->body[0] != HS_SERVER_HELLO))
		return;
	s->role_by_tcp = false;
	if (e->body[0] == HS_CLIENT_HELLO && !e->index)
		s->conn.hello_begun = e->length;
	s->conn.role = (e->body[0] == HS_CLIENT_HELLO) == (e->dir == TT_SENT) ? ROLE_CLIENT
									   : ROLE_SERVER;
}

/* What came to an end that had gone: only an alert still says something, to us. */
static void crossed_record(struct session *s, const struct track_out *out, int64_t time_ns,
			   const struct tt_ev_record *e)
{
	struct past_record r = { .index = e->index, .time_ns = time_ns, .sender = sender_of(s, e->dir), .type = e->type,
				 .version = e->version, .length = e->length, .encrypted = is_protected(s, e) };

	if (e->body_offset)
		return;
	if (!s->crossed[e->dir])
		s->crossed[e->dir] = e->index + 1;
	alert_by_size(s, out, time_ns, e);
	out->record(out->arg, time_ns, &s->conn, &r);
}

void session_record(struct session *s, const struct track_out *out, int64_t time_ns,
		    const struct tt_ev_record *e)
{
	bool hidden = is_protected(s, e);
	struct past_record *r = NULL;

	if (e->flags & TT_CROSSED && e->type != ALERT) {
		crossed_record(s, out, time_ns, e);
		return;
	}
	s->holed |= !!(e->flags & (TT_AFTER_GAP | TT_PAST_GAP | TT_BESIDE_HOLE));
	if (!e->body_offset)
		open_begin(s, out, time_ns, e);
	if (e->type == HANDSHAKE && !hidden)
		role_of_hello(s, e);
	s->conn.last_record_ns = time_ns;
	ledger_note(&s->ledger, &track_of(out)->budget, e, hidden);
	if (s->conn.established && e->type == DATA)
		ledger_settle(s->ledger, &track_of(out)->budget);
	if (e->body_offset == 0) {
		r = remember(s, e->dir, e->index, time_ns);
		r->type = e->type;
		r->version = e->version;
		r->length = e->length;
		r->encrypted = hidden;
		r->after_end = e->flags & TT_AFTER_END;
	}
	dispatch(s, out, time_ns, e, hidden);
	if (!r)
		return;
	r->sender = sender_of(s, e->dir);
	r->encrypted = hidden || (e->type == HANDSHAKE && is_protected(s, e));
	out->record(out->arg, time_ns, &s->conn, r);
}

void session_flight(struct session *s, int dir, const struct tt_flight_record *flight,
		    uint64_t records, int64_t wall_offset_ns)
{
	uint32_t from = records > TT_FLIGHT_RECORDS ? records - TT_FLIGHT_RECORDS : 0;

	for (uint32_t i = from; i < (uint32_t)records; i++) {
		const struct tt_flight_record *f = &flight[i % TT_FLIGHT_RECORDS];
		struct past_record *r;

		if (f->index != i || (int32_t)(i - s->recent_end[dir]) < 0 || f->type != DATA ||
		    (s->crossed[dir] && i >= s->crossed[dir] - 1))
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
	if (!(session_tls13(s) && s->conn.established) && !session_handshake_missed(s))
		return false;
	return (alert_closes(s, TT_SENT) && !s->sealed && !library_failed_inside(&s->conn.error)) || alert_closes(s, TT_RECEIVED);
}

void session_end(struct session *s, const struct track_out *out, int64_t time_ns)
{
	open_end(s, out, time_ns);
	session_witness(s, out, INT64_MAX);
	if (s->reported)
		return;
	if (session_has_begun(&s->conn)) {
		s->conn.failed = !s->conn.established && s->conn.close != CLOSE_OPEN && !session_one_sided(s) &&
				 !s->holed;
		report_handshake(s, out, time_ns);
	}
}

void session_free(struct session *s)
{
	open_free(s);
	flight_reset(&s->flight[0]);
	flight_reset(&s->flight[1]);
	client_hello_free(&s->conn.client);
	server_hello_free(&s->conn.server);
	certs_put(s->conn.server_certificate);
	certs_put(s->conn.client_certificate);
	free(s);
}
