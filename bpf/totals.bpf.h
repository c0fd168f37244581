/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* totals.bpf.h - a connection's counters and its last records, told. */
#ifndef TT_BPF_TOTALS_H
#define TT_BPF_TOTALS_H

#include "maps.bpf.h"

static __always_inline void totals_fill(struct tt_ev_totals *event, const struct tt_sock *s, __u16 kind)
{
	event->retransmits = s->retransmits;
	event->close_flags = s->close_flags;
	event->altered = 0;
	event->acked_ns = 0;
	event->dir[0] = s->stream[0].totals;
	event->dir[1] = s->stream[1].totals;
	event_head(&event->head, s->id, kind, sizeof(*event));
}

static __always_inline void emit_totals(struct tt_sock *s, __u16 kind)
{
	struct tt_ev_totals *event = event_reserve(sizeof(*event));

	if (!event)
		return;
	totals_fill(event, s, kind);
	event_submit(event, 0);
}

#endif /* TT_BPF_TOTALS_H */
