/* SPDX-License-Identifier: GPL-2.0-only */
/* clock.c - what becomes due as time goes by, and what the tracker is told of time. */
#include "track/state.h"
#include "track/table.h"

#define TICK_NS 1000000000ULL
#define BACK_NS (10 * TICK_NS)

/* True once, when a handshake has not gone on for so long. */
static bool stalls(struct session *s, int64_t time_ns, int64_t stall_ns)
{
	struct conn *c = &s->conn;

	if (s->reported || c->stalled || !session_has_begun(c) ||
	    time_ns - c->last_record_ns < stall_ns || session_one_sided(s))
		return false;
	if (!c->last_alert.time_ns)
		alert_after(s, -1, &c->last_alert);
	return c->stalled = true;
}

static void look_for_stalls(struct track *t, int64_t time_ns, int64_t silent_ns)
{
	for (struct session *s = t->oldest; s; s = s->newer)
		if (!s->packed && s->conn.last_record_ns > t->lost_ns && stalls(s, time_ns, silent_ns))
			t->out.stalled(t->out.arg, time_ns, &s->conn);
}

/* A capture's clock may go back: by a little where packets change places or a close is told of late. */
static bool is_due(int64_t last_ns, int64_t time_ns)
{
	uint64_t last = (uint64_t)last_ns, time = (uint64_t)time_ns;

	return time_ns >= last_ns ? time - last >= TICK_NS : last - time > BACK_NS;
}

void track_tick(struct track *t, int64_t time_ns)
{
	witness_due(t, time_ns);
	if (!t->out.stalled || !is_due(t->ticked_ns, time_ns))
		return;
	t->ticked_ns = time_ns;
	look_for_stalls(t, time_ns, TRACK_STALL_NS);
}

void track_give_up(struct track *t, int64_t time_ns)
{
	if (t->out.stalled)
		look_for_stalls(t, time_ns, 0);
}

void track_lost(struct track *t, int64_t time_ns)
{
	t->lost_ns = time_ns;
}

void track_clock(struct track *t, int64_t wall_offset_ns, int64_t time_ns)
{
	witness_due(t, INT64_MAX);
	t->wall_offset_ns = wall_offset_ns;
	track_lost(t, time_ns);
}
