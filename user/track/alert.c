/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "track/state.h"

#define ALERTS_A_RECORD 10
#define ALERTS_KEPT (sizeof(((struct conn *)0)->alerts) / sizeof(((struct conn *)0)->alerts[0]))

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

/* The newest stay. */
static void keep(struct conn *c, const struct alert *alert)
{
	if (c->alert_count == ALERTS_KEPT)
		memmove(c->alerts, c->alerts + 1, --c->alert_count * sizeof(*c->alerts));
	c->alerts[c->alert_count].level = alert->level;
	c->alerts[c->alert_count].description = alert->description;
	c->alerts[c->alert_count++].sender = alert->sender;
}

static void tell(struct session *s, const struct track_out *out, int64_t time_ns,
		 const struct alert *alert)
{
	struct conn *c = &s->conn;

	out->alert(out->arg, time_ns, c, alert);
	if (!c->established && !session_handshake_missed(s) &&
	    (!alert->readable || alert->level == 2)) {
		c->failed = true;
		report_handshake(s, out, time_ns);
	}
}

void alert_record(struct session *s, const struct track_out *out, int64_t time_ns,
		  const struct tt_ev_record *e, bool hidden)
{
	struct alert alert = { .sender = sender_of(s, e->dir), .sent = e->dir == TT_SENT,
			       .encrypted = hidden || s->opened, .by_size = hidden,
			       .decrypted = s->opened };

	if (e->body_offset)
		return;
	fill_after(s, e->dir, &alert);
	if (hidden || e->body_bytes < 2) {
		/* After data, an alert that nobody can read ends the stream. */
		if (s->conn.established || session_handshake_missed(s))
			s->close_notify = true;
		tell(s, out, time_ns, &alert);
		return;
	}
	alert.readable = true;
	for (int i = 0; i + 2 <= e->body_bytes && i < 2 * ALERTS_A_RECORD; i += 2) {
		add_history(s, e->dir, 'L');
		alert.level = e->body[i];
		alert.description = e->body[i + 1];
		if (alert.description == 0)
			s->close_notify = true;
		keep(&s->conn, &alert);
		tell(s, out, time_ns, &alert);
	}
}
