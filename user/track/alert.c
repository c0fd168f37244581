/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "library/errors.h"
#include "track/state.h"
#include "wire/infer.h"

#define ALERTS_A_RECORD 10
#define CLOSE_NOTIFY_ALERT 0
#define UNEXPECTED_ALERT 10
#define DECODE_ERROR_ALERT 50
#define DATA_TYPE 23
#define FATAL 2
#define ALERTS_KEPT (sizeof(((struct conn *)0)->alerts) / sizeof(((struct conn *)0)->alerts[0]))

/* The last of a direction before *end that is kept, NULL: none. */
static const struct past_record *last_before(const struct session *s, int dir, uint32_t from, uint32_t *end)
{
	for (; (int32_t)(*end - from) > 0; --*end) {
		const struct past_record *r = &s->recent[dir][(*end - 1) % RECENT];

		if (r->index == *end - 1)
			return r;
	}
	return NULL;
}

/* Of both directions together, each of which is in order; `dir` -1: all of both. */
void alert_after(struct session *s, int dir, struct alert *alert)
{
	enum { MOST = sizeof(alert->after) / sizeof(*alert->after) };
	const struct past_record *newest[MOST], *r[2];
	uint32_t from[2], end[2];
	int count = 0;

	for (int d = 0; d < 2; d++) {
		end[d] = s->recent_end[d] - (d == dir && s->recent_end[d]);
		from[d] = end[d] > RECENT - 1 ? end[d] - (RECENT - 1) : 0;
	}
	for (; count < MOST; count++) {
		bool second;

		for (int d = 0; d < 2; d++)
			r[d] = last_before(s, d, from[d], &end[d]);
		if (!r[0] && !r[1])
			break;
		second = !r[0] || (r[1] && r[1]->time_ns >= r[0]->time_ns);
		newest[count] = r[second];
		end[second]--;
	}
	for (int i = 0; i < count; i++)
		alert->after[i] = *newest[count - 1 - i];
	alert->after_count = count;
}

/* The newest stay. */
static void keep(struct conn *c, const struct alert *alert)
{
	if (c->alert_count == ALERTS_KEPT)
		memmove(c->alerts, c->alerts + 1, --c->alert_count * sizeof(*c->alerts));
	c->alerts[c->alert_count].level = alert->level;
	c->alerts[c->alert_count].description = alert->description;
	c->alerts[c->alert_count++].sender = alert->sender;
}

/*
 * Go sends close_notify after a fatal alert, gnutls-serv a second fatal one that goes with its
 * function's result: the first is why it ended.
 */
static bool says_goodbye(const struct conn *c, const struct alert *alert)
{
	return c->last_alert.level == FATAL && (alert->level != FATAL || (alert->sender == c->last_alert.sender && !c->last_alert.derived));
}

static const struct past_record *last_record(const struct session *s, int dir)
{
	return s->recent_end[dir] ? &s->recent[dir][(s->recent_end[dir] - 1) % RECENT] : NULL;
}

/* As a farewell it counts only before the other end has closed, whoever tells of it. */
static bool says_farewell(const struct session *s, const struct alert *alert)
{
	const struct past_record *last = last_record(s, alert->sent ? TT_SENT : TT_RECEIVED);

	return alert->description == CLOSE_NOTIFY_ALERT && !alert->after_end &&
	       !(last && last->after_end);
}

static void note_farewell(struct session *s, enum tls_role by)
{
	if (!s->close_notify || !s->farewell_by)
		s->farewell_by = by;
	s->close_notify = true;
}

void alert_tell(struct session *s, const struct track_out *out, int64_t time_ns,
		struct alert *alert)
{
	struct conn *c = &s->conn;

	alert->time_ns = time_ns;
	if (!c->last_alert.readable || (alert->readable && !says_goodbye(c, alert)))
		c->last_alert = *alert;
	if (alert->readable) {
		keep(c, alert);
		if (says_farewell(s, alert))
			note_farewell(s, alert->sender);
		else if (alert->level == FATAL)
			s->close_notify = false;
	}
	out->alert(out->arg, time_ns, c, alert);
	if (!c->established && !session_handshake_missed(s) && !session_one_sided(s) &&
	    (alert->readable ? alert->level == 2 : !s->holed)) {
		c->failed = true;
		report_handshake(s, out, time_ns);
	}
}

bool conn_ended_fatally(const struct conn *c)
{
	for (int i = 0; i < c->alert_count; i++)
		if (c->alerts[i].level == FATAL)
			return true;
	return false;
}

/* The library had said why just before its alert went out. */
static bool library_said(const struct session *s, const struct alert *a, int64_t time_ns)
{
	const struct library_error *e = &s->conn.error;

	return a->sent && e->library && e->received < 0 &&
	       (library_error_sends(e, a->description) || (e->sends < 0 && !e->guessed)) && time_ns >= e->time_ns &&
	       time_ns - e->time_ns < TRACK_WITNESS_NS;
}

/*
 * The other end had closed before: hidden, or by the codes that libraries answer an end of
 * file with (OpenSSL 50, GnuTLS 10), it says only that. RFC 8446 6.1.
 */
static bool only_gone(const struct alert *a)
{
	return a->after_end && (!a->readable || (a->level == FATAL && (a->description == DECODE_ERROR_ALERT ||
								   a->description == UNEXPECTED_ALERT)));
}

void alert_record(struct session *s, const struct track_out *out, int64_t time_ns,
		  const struct tt_ev_record *e, bool hidden)
{
	struct alert alert = { .sender = sender_of(s, e->dir), .sent = e->dir == TT_SENT,
			       .encrypted = hidden || s->opened, .by_size = hidden,
			       .decrypted = s->opened, .by_wire = true,
			       .after_end = e->flags & TT_AFTER_END,
			       .acked_ns = s->acked_ns };

	if (e->body_offset)
		return;
	alert_after(s, e->dir, &alert);
	if (hidden || e->body_bytes < 2) {
		/* After data, an alert that nobody can read ends the stream, if it was first. */
		if ((s->conn.established || session_handshake_missed(s)) && !(e->flags & TT_AFTER_END))
			note_farewell(s, alert.sender);
		alert.peer_gone = only_gone(&alert);
		alert_told(s, out, time_ns, &alert);
		return;
	}
	alert.readable = true;
	for (int i = 0; i + 2 <= e->body_bytes && i < 2 * ALERTS_A_RECORD; i += 2) {
		add_history(s, e->dir, 'L');
		alert.level = e->body[i];
		alert.description = e->body[i + 1];
		alert.peer_gone = only_gone(&alert);
		alert.by_library = alert.level == 2 && library_said(s, &alert, time_ns);
		if (alert.by_library)
			s->conn.error.guessed = false; /* the wire agrees */
		alert_told(s, out, time_ns, &alert);
	}
}

/* What the library said when nobody knew of which connection: now there is one that fits. */
static void take_guess(const struct session *s, struct alert *alert)
{
	const struct library_error *e = &s->conn.error;
	int description = alert->sent ? e->sends : e->received;

	if (!e->library || !e->guessed || description < 0)
		return;
	alert->level = FATAL;
	alert->description = (uint8_t)description;
	alert->readable = alert->by_library = true;
	alert->by_size = false;
	alert->peer_gone = alert->sent && e->ends_quietly;
}

static void by_size(struct session *s, const struct track_out *out, int64_t time_ns, int dir,
		    bool after_end)
{
	struct alert alert = { .sender = sender_of(s, dir), .sent = dir == TT_SENT,
			       .encrypted = true, .by_size = true, .by_wire = true,
			       .after_end = after_end, .peer_gone = after_end };

	take_guess(s, &alert);
	alert_after(s, dir, &alert);
	alert_told(s, out, time_ns, &alert);
}

/* Of a TLS 1.3 alert; of an end that pads, with its padding. */
static bool has_alert_size(const struct session *s, int dir, uint16_t length)
{
	uint16_t bytes = tls13_alert_bytes(s->conn.server.cipher);

	return length == bytes || (s->padded[dir] && length == bytes + JSSE_PADDING);
}

/* No message of a client is as short while it shakes hands, even with padding: an empty Certificate has 6 more. */
static bool is_padded_alert(const struct session *s, const struct tt_ev_record *e)
{
	return sender_of(s, e->dir) == ROLE_CLIENT && !s->conn.client.early_data &&
	       e->length == tls13_alert_bytes(s->conn.server.cipher) + JSSE_PADDING;
}

bool alert_by_size(struct session *s, const struct track_out *out, int64_t time_ns,
		   const struct tt_ev_record *e)
{
	/* While shaking hands nothing else is as short: not even an empty message with its tag. */
	if (!session_tls13(s) || s->conn.established || e->type != DATA_TYPE ||
	    !(has_alert_size(s, e->dir, e->length) || is_padded_alert(s, e)))
		return false;
	by_size(s, out, time_ns, e->dir, e->flags & TT_AFTER_END);
	return true;
}

int64_t session_last_ns(const struct session *s, int dir)
{
	const struct past_record *r = last_record(s, dir);

	return r ? r->time_ns : 0;
}

bool alert_ends(const struct session *s, int dir)
{
	const struct past_record *r = last_record(s, dir);

	return r && !open_reads(s, dir) && r->type == DATA_TYPE &&
	       has_alert_size(s, dir, r->length) &&
	       !(dir == TT_RECEIVED && s->short_ns >= r->time_ns);
}

bool alert_closes(const struct session *s, int dir)
{
	return alert_ends(s, dir) && !last_record(s, dir)->after_end;
}

bool session_last_alert(struct session *s, const struct track_out *out, int dir)
{
	enum tls_role sender = sender_of(s, dir);

	if (!session_tls13(s) || !s->conn.established || !alert_ends(s, dir) ||
	    (dir == TT_SENT && s->sealed))
		return false;
	for (int i = 0; i < s->conn.alert_count; i++)
		if (s->conn.alerts[i].level == FATAL || s->conn.alerts[i].sender == sender)
			return false;
	by_size(s, out, last_record(s, dir)->time_ns, dir, false);
	return true;
}
