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

#include "header.bpf.h"

#define RECORD_STEPS 20480  /* records, or places for a header, in one run of a hook */
#define PLAIN_STEPS 16      /* the same before bpf_loop (5.17) */
#ifdef TT_PLAIN_LOOP        /* the tests try that way on newer kernels */
#define HAVE_LOOP 0
#else
#define HAVE_LOOP bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_loop)
#endif
#define PROBE_SEGMENTS 24   /* first bytes looked at for a late ClientHello */
#define LOCK_TRIES 512

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
