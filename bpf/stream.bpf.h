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

#include <bpf/bpf_core_read.h>

#include "emit.bpf.h"
#include "first.bpf.h"
#include "lost.bpf.h"
#include "record.bpf.h"
#include "run.bpf.h"

#define RECORD_STEPS 20480  /* records, or places for a header, in one run of a hook */
#define PLAIN_STEPS 16      /* the same before bpf_loop (5.17) */
#ifdef TT_PLAIN_LOOP        /* the tests try that way on newer kernels */
#define HAVE_LOOP 0
#else
#define HAVE_LOOP bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_loop)
#endif
#define PROBE_SEGMENTS 24   /* first bytes looked at for a late ClientHello */
#define TOTALS_NS 5000000000ULL /* a busy connection's counters are told so often */
#define LOCK_TRIES 512

static __always_inline void stream_reject(struct run *r)
{
	first_told(r);
	r->st->state = STREAM_PROBE;
	r->st->head_bytes = 0;
	r->st->tries = 0;
}

/* A whole, plausible header: count it, remember it, tell of it. */
static __always_inline void record_begin(struct run *r)
{
	struct stream *st = r->st;
	__u32 length = st->head[3] << 8 | st->head[4];
	__u32 slot = st->totals.records & (TT_FLIGHT_RECORDS - 1);
	__u8 type = st->head[0];
	__u64 now;
	int told, copy;

	if (!r->s->announced) {
		emit_open(r->s, r->sk);
		emit_first(r->s, TT_SENT, TT_FIRST_BESIDE_TLS);
		emit_first(r->s, TT_RECEIVED, TT_FIRST_BESIDE_TLS);
	}
	if (!st->totals.records && type == TYPE_HANDSHAKE &&
	    r->dir == (r->s->tcp_role == TT_TCP_ACTIVE ? TT_RECEIVED : TT_SENT))
		server_speaks_tls(r->s, r->sk, SERVER_SHOOK_HANDS);
	now = bpf_ktime_get_ns();
	st->totals.flight[slot].time_ns = now;
	st->totals.flight[slot].index = st->totals.records;
	st->totals.flight[slot].length = length;
	st->totals.flight[slot].type = type;
	st->totals.flight[slot].version_minor = st->head[2];
	st->totals.records++;
	st->totals.bytes += length + (type == TYPE_SSL2_HELLO ? 2 : 5);
	if (type == TYPE_DATA) {
		st->totals.app_records++;
		st->totals.app_bytes += length;
	}
	told = record_told(st, type);
	copy = told && (type == TYPE_HANDSHAKE || type == TYPE_SSL2_HELLO ||
			(type == TYPE_ALERT && length == 2));
	if ((type == TYPE_ALERT && told) || now - r->s->told_ns > TOTALS_NS) {
		r->s->told_ns = now;
		emit_totals(r->s, TT_EV_TOTALS);
	}
	if (r->s->last_dir != r->dir) {
		r->s->last_dir = r->dir;
		st->copied_bytes = 0; /* a new flight */
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
	if (told && !copy)
		emit_record(r);
	st->next += length;
}

/* The two bytes of length and three of the message have been read as a header. */
static __always_inline void ssl2_take(struct stream *st)
{
	__u8 *h = st->head, high = h[0] & 0x7f, low = h[1];

	h[0] = TYPE_SSL2_HELLO;
	h[1] = h[3];
	h[2] = h[4];
	h[3] = high;
	h[4] = low;
	st->next -= 3;
	st->state = STREAM_TLS;
}

static __always_inline int header_done(struct run *r)
{
	struct stream *st = r->st;
	__u32 length;

	st->head_bytes = 0;
	if (st->state == STREAM_NEW && ssl2_hello(st->head)) {
		ssl2_take(st);
		record_begin(r);
		return 0;
	}
	if (!header_plausible(st->head)) {
		if (st->state == STREAM_NEW) {
			stream_reject(r);
			return 1;
		}
		if (st->state == STREAM_LOST) {
			st->next -= 4;
			return 0;
		}
		if (st->state == STREAM_TLS) {
			if (!st->totals.broken_bytes && !st->totals.gap_bytes)
				st->totals.broken_bytes = st->totals.bytes + 1;
			stream_lose(st, st->next - 5, 0);
		}
		st->state = STREAM_LOST;
		return 1;
	}
	length = st->head[3] << 8 | st->head[4];
	/* A second header where the first one says, or the packet's very end, is proof. */
	if (st->state == STREAM_LOST && st->next + length != run_end(r)) {
		st->state = STREAM_VERIFY;
		st->next += length;
		return 0;
	}
	if (st->state == STREAM_LOST || st->state == STREAM_VERIFY)
		gap_ends(st, st->next - 5);
	st->state = STREAM_TLS;
	record_begin(r);
	return 0;
}

enum step { STEP_MORE, STEP_STOP, STEP_BEYOND };

static __always_inline enum step copy_body(struct run *r)
{
	struct stream *st = r->st;
	__u32 offset = st->body_at - r->seq, bytes;

	if (hole(r, st->body_at))
		return STEP_STOP;
	if (offset >= r->bytes)
		return STEP_BEYOND;
	bytes = r->bytes - offset;
	if (bytes > st->body_left)
		bytes = st->body_left;
	if (bytes > TT_BODY_BYTES)
		bytes = TT_BODY_BYTES;
	if (emit_body(r, offset, bytes))
		return STEP_STOP;
	st->body_at += bytes;
	st->body_offset += bytes;
	st->body_left -= bytes;
	return STEP_MORE;
}

static __always_inline enum step record_step(struct run *r)
{
	struct stream *st = r->st;
	__u32 offset;
	__u8 have = st->head_bytes;

	if (st->body_left)
		return copy_body(r);
	offset = st->next - r->seq;
	if (hole(r, st->next))
		return STEP_STOP;
	if (offset >= r->bytes)
		return STEP_BEYOND;
	if (have == 0 && r->bytes - offset >= 5) {
		if (run_read(r, offset, st->head, 5))
			return STEP_STOP;
		st->next += 5;
		return header_done(r) ? STEP_STOP : STEP_MORE;
	}
	if (have > 4 || run_read(r, offset, &st->head[have], 1))
		return STEP_STOP;
	st->next += 1;
	st->head_bytes = have + 1;
	return have == 4 && header_done(r) ? STEP_STOP : STEP_MORE;
}

/* bpf_loop's callback: 1 ends the loop. */
static __noinline long stream_step(__u32 i, struct run *r)
{
	enum step step = record_step(r);

#ifdef TT_READ_USER
	if (step == STEP_BEYOND && iovec_next(r))
		return 0;
#endif
	return step != STEP_MORE;
}

/* More records than the loop may look at: a gap begins. */
static __always_inline void steps_over(struct run *r)
{
	struct stream *st = r->st;
	__s32 left = run_end(r) - stream_at(st);

	if (left > 0 && !gives_way(r) && st->state == STREAM_TLS)
		stream_lose(st, st->next - st->head_bytes, 1);
}

static __always_inline void stream_steps(struct run *r)
{
	/* Most packets and reads hold one header: no loop is set up for it. */
	if (stream_step(0, r) || (__s32)(stream_at(r->st) - run_end(r)) >= 0)
		return;
	if (HAVE_LOOP) {
		if (bpf_loop(RECORD_STEPS, stream_step, r, 0) >= RECORD_STEPS)
			steps_over(r);
		return;
	}
	for (__u32 i = 0; i < PLAIN_STEPS; i++)
		if (stream_step(i, r))
			return;
	steps_over(r);
}

/* Not TLS so far: is this the first segment of a handshake that starts late? */
static __always_inline int probe(struct run *r)
{
	struct stream *st = r->st;
	__u8 h[6] = {};

#ifdef TT_READ_USER
	return 0; /* a read may end after the header: the packet hook decides */
#endif
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

	if (st->state == STREAM_NOT || r->seq == run_end(r))
		return;
	if (st->state == STREAM_TLS && !st->body_left && (__s32)(st->next - run_end(r)) >= 0)
		return;
	if (!stream_lock(r))
		return;
	if (st->state == STREAM_LOST && !st->head_bytes)
		resync(r);
	/* A byte or two that begin no record: the next packet may. */
	if (st->state == STREAM_NEW && st->head_bytes && !may_begin(st->head[0]))
		stream_reject(r);
	if (st->state != STREAM_PROBE || probe(r))
		stream_steps(r);
	__sync_lock_test_and_set(&st->busy, 0);
}

#endif /* TT_BPF_STREAM_H */
