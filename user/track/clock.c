/* SPDX-License-Identifier: GPL-2.0-only */
/* clock.c - what becomes due as time goes by, and what the tracker is told of time. */
#include "track/state.h"
#include "track/table.h"

#define TICK_NS 1000000000LL

static void look_for_stalls(struct track *t, int64_t time_ns, int64_t silent_ns)
{
	for (struct session *s = t->oldest; s; s = s->newer)
		if (!s->packed && s->conn.last_record_ns > t->lost_ns && session_stalls(s, time_ns, silent_ns))
			t->out.stalled(t->out.arg, time_ns, &s->conn);
}

void track_tick(struct track *t, int64_t time_ns)
{
	witness_due(t, time_ns);
	/* A capture's clock may go back. */
	if (!t->out.stalled || (time_ns - t->ticked_ns < TICK_NS && time_ns >= t->ticked_ns))
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
