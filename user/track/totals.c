/* SPDX-License-Identifier: GPL-2.0-only */
/* totals.c - the counters of a connection, and how it ended. */
#include "track/session.h"
#include "track/state.h"

void session_totals(struct session *s, const struct tt_ev_totals *e, int64_t offset_ns)
{
	for (int dir = 0; dir < 2; dir++) {
		struct side_totals *to = &s->conn.totals[dir];
		const struct tt_dir_totals *from = &e->dir[dir];

		to->records = from->records;
		to->bytes = from->bytes;
		to->app_records = from->app_records;
		to->app_bytes = from->app_bytes;
		to->gap_bytes = from->gap_bytes;
		to->broken_bytes = from->broken_bytes;
		s->holed |= from->gap_bytes > 0;
		session_flight(s, dir, from->flight, from->records, offset_ns);
	}
	s->conn.retransmits = e->retransmits;
	s->conn.altered = e->altered;
	s->acked_ns = e->acked_ns;
}

/* Who said farewell first; under TLS 1.3 the order of the last records is surer than that of their witnesses. */
static enum tls_role farewell_by(const struct session *s)
{
	bool sent = alert_closes(s, TT_SENT) && !s->sealed, received = alert_closes(s, TT_RECEIVED);

	if (session_tls13(s) && alert_ends(s, TT_SENT) && alert_ends(s, TT_RECEIVED))
		return sender_of(s, session_last_ns(s, TT_SENT) < session_last_ns(s, TT_RECEIVED) ? TT_SENT : TT_RECEIVED);
	if (s->close_notify || sent == received)
		return s->close_notify ? s->farewell_by : ROLE_UNKNOWN;
	return sender_of(s, sent ? TT_SENT : TT_RECEIVED);
}

void session_closed(struct session *s, uint32_t flags)
{
	struct conn *c = &s->conn;
	enum tls_role peer = c->role == ROLE_CLIENT ? ROLE_SERVER : ROLE_CLIENT;
	/* What is sent to an end that has closed is answered with a reset: it had closed in order. */
	bool fin_first = flags & TT_FIN_RECEIVED && !(flags & TT_FIN_SENT_FIRST);
	bool by_peer = flags & TT_RST_RECEIVED || fin_first;
	enum tls_role by = by_peer ? peer : c->role, farewell = farewell_by(s);
	bool notified = s->close_notify || (!conn_ended_fatally(c) && session_ends_like_alert(s));

	if (flags & TT_END_UNSEEN)
		return;
	if (flags & TT_TIMED_OUT)
		c->close = CLOSE_TIMEOUT;
	else if ((flags & TT_RST_RECEIVED && !fin_first) || !(flags & (TT_FIN_SENT | TT_FIN_RECEIVED)))
		/* An end that has said farewell and reads no more resets what still comes. */
		c->close = c->established && notified && farewell == by ? CLOSE_NOTIFY : CLOSE_RESET;
	else
		c->close = notified ? CLOSE_NOTIFY : CLOSE_FIN;
	if (c->role != ROLE_UNKNOWN && c->close != CLOSE_TIMEOUT)
		c->close_by = c->close == CLOSE_NOTIFY && farewell ? farewell : by;
}
