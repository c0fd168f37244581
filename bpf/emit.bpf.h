/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* emit.bpf.h - what the record machine tells the user half. */
#ifndef TT_BPF_EMIT_H
#define TT_BPF_EMIT_H

#include "record.bpf.h"
#include "run.bpf.h"
#include "scope.bpf.h"
#include "totals.bpf.h"

#define EVENTS_PER_SIDE 12 /* protected records shown one by one at first */
#define TOLD_RECORDS 1024 /* others of a direction that are told of */

/*
 * Is the record counted last told of? A peer that sends nothing but small ones would push the
 * events of all others out of the ring buffer, so there is an end to it.
 */
static __always_inline int record_told(struct stream *st, __u8 type)
{
	if (type == TYPE_DATA)
		return tt_config.every_record || st->totals.app_records <= EVENTS_PER_SIDE;
	if (st->told < TOLD_RECORDS) {
		st->told++;
		return 1;
	}
	count(TT_COUNT_TRUNCATED);
	return 0;
}

static __always_inline void record_head(struct tt_ev_record *event, const struct run *r,
					__u16 kind, __u16 size)
{
	const struct stream *st = r->st;

	event_head(&event->head, r->s->id, kind, size);
	event->index = st->totals.records - 1;
	event->version = st->head[1] << 8 | st->head[2];
	event->length = st->head[3] << 8 | st->head[4];
	event->type = st->head[0];
	event->dir = r->dir;
	event->flags = r->s->close_flags & (r->dir == TT_SENT ? TT_FIN_RECEIVED : TT_FIN_SENT) ?
			       TT_AFTER_END : 0;
	if (st->totals.gap_bytes)
		event->flags |= TT_PAST_GAP;
}

/* -1: the bytes cannot be read here. */
static __always_inline int emit_body(struct run *r, __u32 offset, __u32 bytes)
{
	struct stream *st = r->st;
	struct tt_ev_record *event = event_reserve(sizeof(*event) + TT_BODY_BYTES);
	long err;

	if (!event)
		return 0;
	record_head(event, r, TT_EV_BODY, sizeof(*event) + TT_BODY_BYTES);
	event->body_offset = st->body_offset;
	/*
	 * The compiler drops the bound it has proved; the verifier needs it, and
	 * until 6.2 learns nothing from a comparison with 0: so count from 0.
	 */
	bytes--;
	asm volatile("" : "+r"(bytes));
	if (bytes >= TT_BODY_BYTES) {
		bpf_ringbuf_discard(event, 0);
		return 0;
	}
	bytes++;
	event->body_bytes = bytes;
	err = run_read(r, offset, event->body, bytes);
	if (err) {
		bpf_ringbuf_discard(event, 0);
		return -1;
	}
	event_submit(event, event->type == TYPE_ALERT && event->body[0] == 2);
	return 0;
}

static __always_inline void emit_record(struct run *r)
{
	struct tt_ev_record *event = event_reserve(sizeof(*event));

	if (!event)
		return;
	record_head(event, r, TT_EV_RECORD, sizeof(*event));
	event->body_offset = 0;
	event->body_bytes = 0;
	event_submit(event, 0);
}

static __noinline int emit_open(struct tt_sock *s, struct sock *sk)
{
	struct tt_ev_open *event;
	struct sock_common *c;

	if (!s || !sk)
		return 0;
	event = event_reserve(sizeof(*event));
	if (!event)
		return 0;
	c = &sk->__sk_common;
	event_head(&event->head, s->id, TT_EV_OPEN, sizeof(*event));
	event->connect_ns = s->connect_ns;
	event->established_ns = s->established_ns;
	event->netns = BPF_CORE_READ(c, skc_net.net, ns.inum);
	event->family = BPF_CORE_READ(c, skc_family);
	event->tcp_role = s->tcp_role;
	event->midstream = s->midstream;
	/* The first is gone by the time the socket is closed. */
	event->local_port = BPF_CORE_READ(c, skc_num);
	if (!event->local_port)
		event->local_port = __builtin_bswap16(BPF_CORE_READ((struct inet_sock *)sk, inet_sport));
	event->remote_port = __builtin_bswap16(BPF_CORE_READ(c, skc_dport));
	event->pad = 0;
	sock_addresses(sk, event->local, event->remote);
	event->owner = s->owner;
	s->told_ns = event->head.time_ns;
	s->announced = 1;
	event_submit(event, 0);
	return 0;
}

#endif /* TT_BPF_EMIT_H */
