/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* lost.bpf.h - the position in a stream is lost, looked for and found again. */
#ifndef TT_BPF_LOST_H
#define TT_BPF_LOST_H

#include "maps.bpf.h"
#include "run.bpf.h"

#define RESYNC_SEGMENTS 64

/* `sure`: a header does begin at `at`, of which some bytes may have been read. */
static __always_inline void stream_lose(struct stream *st, __u32 at, __u32 sure)
{
	st->state = STREAM_LOST;
	st->lost_at = at;
	st->lost_sure = sure;
	st->lost_head_bytes = sure ? st->head_bytes : 0;
	__builtin_memcpy(st->lost_head, st->head, sizeof(st->lost_head));
	st->head_bytes = 0;
	st->body_left = 0;
	st->tries = 0;
}

/* The records between where the position was lost and `at` were not seen. */
static __always_inline void gap_ends(struct stream *st, __u32 at)
{
	if ((__s32)(at - st->lost_at) <= 0)
		return;
	st->totals.gap_bytes += at - st->lost_at;
	st->lost_at = at;
	st->lost_head_bytes = 0;
	count(TT_COUNT_GAP);
}

/* Another hook is to see what this one cannot. */
static __always_inline int gives_way(const struct run *r)
{
	return r->filler && !r->s->no_reader;
}

/* Bytes between where the machine is and where the packet begins are missing. */
static __always_inline int hole(struct run *r, __u32 at)
{
	struct stream *st = r->st;

	if ((__s32)(r->seq - at) <= 0)
		return 0;
	if (gives_way(r))
		return 1;
	if (st->state == STREAM_NEW || st->state == STREAM_TLS)
		stream_lose(st, st->next - st->head_bytes, 1);
	st->state = STREAM_LOST;
	st->head_bytes = 0;
	return 1;
}

/*
 * Where to look in this packet. Records before lost_at are counted: a packet sent anew
 * changes nothing, but one that was late and holds that place ends the search.
 */
static __always_inline void resync(struct run *r)
{
	struct stream *st = r->st;
	__u32 at = st->lost_at + st->lost_head_bytes;

	st->next = r->seq;
	if ((__s32)(at - r->seq) >= 0) {
		st->next = at;
		if (!st->lost_sure || (__s32)(run_end(r) - at) <= 0)
			return;
		st->state = st->totals.records ? STREAM_TLS : STREAM_NEW;
		st->head_bytes = st->lost_head_bytes;
		__builtin_memcpy(st->head, st->lost_head, sizeof(st->lost_head));
	} else if (++st->tries > RESYNC_SEGMENTS && !r->s->announced) {
		st->state = STREAM_NOT;
	}
}

#endif /* TT_BPF_LOST_H */
