/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* header.bpf.h - five bytes where a record header belongs: what they prove, count and tell. */
#ifndef TT_BPF_HEADER_H
#define TT_BPF_HEADER_H

#include "emit.bpf.h"
#include "first.bpf.h"
#include "lost.bpf.h"
#include "record.bpf.h"
#include "run.bpf.h"

#define TOTALS_NS 5000000000ULL /* a busy connection's counters are told so often */

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
			(type == TYPE_ALERT && length <= TT_PLAIN_ALERT_MAX));
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

#endif /* TT_BPF_HEADER_H */
