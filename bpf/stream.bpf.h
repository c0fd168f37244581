/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * stream.bpf.h - the record machine: one per socket and direction.
 *
 * A hook says only "these bytes of this direction begin at this TCP sequence
 * number". The machine keeps the sequence number of the next record header
 * and never moves it back, so whatever is seen twice (two hooks, a
 * retransmission, MSG_PEEK) changes nothing.
 */
#ifndef TT_BPF_STREAM_H
#define TT_BPF_STREAM_H

#include "maps.bpf.h"
#include "scope.bpf.h"

#define RECORD_STEPS 4096   /* records looked at in one run of a hook */
#define PROBE_SEGMENTS 24   /* first bytes looked at for a late ClientHello */
#define RESYNC_SEGMENTS 64
#define RECORD_BYTES_MAX (16384 + 2048)
#define TOTALS_NS 5000000000ULL /* a busy connection's counters are told so often */
#define LOCK_TRIES 512
#define EVENTS_PER_SIDE 12 /* protected records shown one by one at first */

enum { TYPE_CCS = 20, TYPE_ALERT = 21, TYPE_HANDSHAKE = 22, TYPE_DATA = 23, TYPE_HEARTBEAT = 24 };

extern int bpf_dynptr_from_skb(struct sk_buff *skb, __u64 flags, struct bpf_dynptr *ptr) __ksym
	__weak;

/* One run of one hook. A file that reads by dynptr defines TT_READ_DYNPTR. */
struct run {
#ifdef TT_READ_DYNPTR
	struct bpf_dynptr *ptr;
#else
	void *skb; /* cgroup_skb's context */
#endif
	struct sock *sk;
	struct tt_sock *s;
	struct stream *st;
	__u32 seq;  /* of the first byte */
	__u32 bytes;
	__u32 base; /* where it is in the packet */
	__u32 dir;
	__u32 filler; /* another hook sees what this one skips */
};

static __always_inline long run_read(struct run *r, __u32 offset, void *to, __u32 bytes)
{
#ifdef TT_READ_DYNPTR
	return bpf_dynptr_read(to, bytes, r->ptr, r->base + offset, 0);
#else
	return bpf_skb_load_bytes(r->skb, r->base + offset, to, bytes);
#endif
}

static __always_inline int header_plausible(const __u8 *h)
{
	__u32 length = h[3] << 8 | h[4];

	if (h[0] < TYPE_CCS || h[0] > TYPE_HEARTBEAT || h[1] != 3 || h[2] > 4)
		return 0;
	if (h[0] == TYPE_CCS && length != 1)
		return 0;
	return length <= RECORD_BYTES_MAX && (length || h[0] == TYPE_DATA);
}

static __always_inline void stream_lose(struct stream *st)
{
	st->state = STREAM_LOST;
	st->head_bytes = 0;
	st->body_left = 0;
	st->tries = 0;
	count(TT_COUNT_GAP);
}

static __always_inline void stream_reject(struct run *r)
{
	r->st->state = STREAM_PROBE;
	r->st->head_bytes = 0;
	r->st->tries = 0;
}

static __always_inline int emit_body(struct run *r, __u32 offset, __u32 bytes)
{
	struct stream *st = r->st;
	struct tt_ev_record *event = event_reserve(sizeof(*event) + TT_BODY_BYTES);
	long err;

	if (!event)
		return 0;
	event_head(&event->head, r->s, TT_EV_BODY, sizeof(*event) + TT_BODY_BYTES);
	event->index = st->totals.records - 1;
	event->version = st->head[1] << 8 | st->head[2];
	event->length = st->head[3] << 8 | st->head[4];
	event->type = st->head[0];
	event->dir = r->dir;
	event->pad = 0;
	event->body_offset = st->body_offset;
	/* The compiler drops the bound it has proved; the verifier needs it. */
	asm volatile("" : "+r"(bytes));
	if (bytes == 0 || bytes > TT_BODY_BYTES) {
		bpf_ringbuf_discard(event, 0);
		return 0;
	}
	event->body_bytes = bytes;
	err = run_read(r, offset, event->body, bytes);
	if (err) {
		bpf_ringbuf_discard(event, 0);
		return 0;
	}
	event_submit(event, event->type == TYPE_ALERT && event->body[0] == 2);
	return 1;
}

static __always_inline void emit_record(struct run *r)
{
	struct stream *st = r->st;
	struct tt_ev_record *event = event_reserve(sizeof(*event));

	if (!event)
		return;
	event_head(&event->head, r->s, TT_EV_RECORD, sizeof(*event));
	event->index = st->totals.records - 1;
	event->version = st->head[1] << 8 | st->head[2];
	event->length = st->head[3] << 8 | st->head[4];
	event->type = st->head[0];
	event->dir = r->dir;
	event->body_offset = 0;
	event->body_bytes = 0;
	event->pad = 0;
	event_submit(event, 0);
}

static __always_inline void emit_totals(struct tt_sock *s, __u16 kind)
{
	struct tt_ev_totals *event = event_reserve(sizeof(*event));

	if (!event)
		return;
	event_head(&event->head, s, kind, sizeof(*event));
	event->retransmits = s->retransmits;
	event->close_flags = s->close_flags;
	event->dir[0] = s->stream[0].totals;
	event->dir[1] = s->stream[1].totals;
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
	event_head(&event->head, s, TT_EV_OPEN, sizeof(*event));
	event->connect_ns = s->connect_ns;
	event->established_ns = s->established_ns;
	event->netns = BPF_CORE_READ(c, skc_net.net, ns.inum);
	event->family = BPF_CORE_READ(c, skc_family);
	event->tcp_role = s->tcp_role;
	event->midstream = s->midstream;
	event->local_port = BPF_CORE_READ(c, skc_num);
	event->remote_port = __builtin_bswap16(BPF_CORE_READ(c, skc_dport));
	event->pad = 0;
	sock_addresses(sk, event->local, event->remote);
	event->owner = s->owner;
	s->told_ns = event->head.time_ns;
	s->announced = 1;
	event_submit(event, 0);
	return 0;
}

/* A whole, plausible header: count it, remember it, tell of it. */
static __always_inline void record_begin(struct run *r)
{
	struct stream *st = r->st;
	__u32 length = st->head[3] << 8 | st->head[4];
	__u32 slot = st->totals.records & (TT_FLIGHT_RECORDS - 1);
	__u8 type = st->head[0];
	__u64 now;
	int copy = type == TYPE_HANDSHAKE || (type == TYPE_ALERT && length == 2);

	if (!r->s->announced)
		emit_open(r->s, r->sk);
	now = bpf_ktime_get_ns();
	st->totals.flight[slot].time_ns = now;
	st->totals.flight[slot].index = st->totals.records;
	st->totals.flight[slot].length = length;
	st->totals.flight[slot].type = type;
	st->totals.flight[slot].version_minor = st->head[2];
	st->totals.records++;
	st->totals.bytes += length + 5;
	if (type == TYPE_DATA) {
		st->totals.app_records++;
		st->totals.app_bytes += length;
	}
	if (type == TYPE_ALERT || now - r->s->told_ns > TOTALS_NS) {
		r->s->told_ns = now;
		emit_totals(r->s, TT_EV_TOTALS);
	}
	if (copy && st->copied_bytes >= TT_FLIGHT_BYTES) {
		count(TT_COUNT_TRUNCATED);
		copy = 0;
	}
	if (copy) {
		st->body_at = st->next;
		st->body_left = length;
		st->body_offset = 0;
		st->copied_bytes += length;
	}
	if (!copy && (type != TYPE_DATA || tt_config.every_record ||
		      st->totals.app_records <= EVENTS_PER_SIDE))
		emit_record(r);
	st->next += length;
}

/* SSLv2-compatible ClientHello (RFC 5246 E.2): skipped over, told of by size. */
static __always_inline int ssl2_hello(const __u8 *h)
{
	return (h[0] & 0x80) && h[2] == 1 && (h[3] == 3 || h[3] == 0) && h[4] <= 4;
}

static __always_inline int header_done(struct run *r)
{
	struct stream *st = r->st;

	st->head_bytes = 0;
	if (st->state == STREAM_NEW && ssl2_hello(st->head)) {
		st->next += ((st->head[0] & 0x7f) << 8 | st->head[1]) - 3;
		st->state = STREAM_TLS;
		return 0;
	}
	if (!header_plausible(st->head)) {
		if (st->state == STREAM_NEW) {
			stream_reject(r);
			return 1;
		}
		if (st->state == STREAM_TLS)
			stream_lose(st);
		st->state = STREAM_LOST;
		return 1;
	}
	if (st->state == STREAM_LOST) {
		st->state = STREAM_VERIFY;
		st->next += st->head[3] << 8 | st->head[4];
		return 0;
	}
	st->state = STREAM_TLS;
	record_begin(r);
	return 0;
}

/* Bytes between where the machine is and where the packet begins are missing. */
static __always_inline int hole(struct run *r, __u32 at)
{
	if ((__s32)(r->seq - at) <= 0)
		return 0;
	if (!r->filler) {
		r->st->totals.gap_bytes += r->seq - at;
		if (r->st->state == STREAM_TLS)
			stream_lose(r->st);
	}
	return 1;
}

static __always_inline int copy_body(struct run *r)
{
	struct stream *st = r->st;
	__u32 offset = st->body_at - r->seq, bytes;

	if (hole(r, st->body_at) || offset >= r->bytes)
		return 1;
	bytes = r->bytes - offset;
	if (bytes > st->body_left)
		bytes = st->body_left;
	if (bytes > TT_BODY_BYTES)
		bytes = TT_BODY_BYTES;
	emit_body(r, offset, bytes);
	st->body_at += bytes;
	st->body_offset += bytes;
	st->body_left -= bytes;
	return 0;
}

static long stream_step(__u32 i, struct run *r)
{
	struct stream *st = r->st;
	__u32 offset;
	__u8 have = st->head_bytes;

	if (st->body_left)
		return copy_body(r);
	offset = st->next - r->seq;
	if (hole(r, st->next) || offset >= r->bytes)
		return 1;
	if (have == 0 && r->bytes - offset >= 5) {
		if (run_read(r, offset, st->head, 5))
			return 1;
		st->next += 5;
		return header_done(r);
	}
	if (have > 4 || run_read(r, offset, &st->head[have], 1))
		return 1;
	st->next += 1;
	st->head_bytes = have + 1;
	return have == 4 ? header_done(r) : 0;
}

/* Not TLS so far: is this the first segment of a handshake that starts late? */
static __always_inline int probe(struct run *r)
{
	struct stream *st = r->st;
	__u8 h[6] = {};

	if (r->bytes < 7)
		return 0;
	if (++st->tries > PROBE_SEGMENTS) {
		st->state = STREAM_NOT;
		if (!r->s->not_tls && !r->s->announced) {
			r->s->not_tls = 1;
			count(TT_COUNT_NOT_TLS);
		}
		return 0;
	}
	if (run_read(r, 0, h, 6) || !header_plausible(h))
		return 0;
	if (!(h[0] == TYPE_HANDSHAKE && (h[5] == 1 || h[5] == 2)) &&
	    !(h[0] == TYPE_ALERT && h[3] == 0 && h[4] == 2))
		return 0;
	st->state = STREAM_NEW;
	st->next = r->seq;
	return 1;
}

/*
 * The filler gives way; a reader waits for it, as what it leaves out is lost. The
 * holder is on another processor: it runs with interrupts of the same one done.
 */
static __always_inline int stream_lock(struct run *r)
{
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (!__sync_val_compare_and_swap(&r->st->busy, 0, 1))
			return 1;
		if (r->filler)
			return 0;
	}
	return 0;
}

static __always_inline void stream_run(struct run *r)
{
	struct stream *st = r->st;

	if (st->state == STREAM_NOT || !r->bytes)
		return;
	if (st->state == STREAM_TLS && !st->body_left && (__s32)(st->next - (r->seq + r->bytes)) >= 0)
		return;
	if (!stream_lock(r))
		return;
	if (st->state == STREAM_LOST && !st->head_bytes) {
		st->next = r->seq;
		if (++st->tries > RESYNC_SEGMENTS && !r->s->announced)
			st->state = STREAM_NOT;
	}
	if (st->state != STREAM_PROBE || probe(r))
		bpf_loop(RECORD_STEPS, stream_step, r, 0);
	__sync_lock_test_and_set(&st->busy, 0);
}

#endif /* TT_BPF_STREAM_H */
