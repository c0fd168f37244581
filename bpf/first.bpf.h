/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * first.bpf.h - what a direction begins with that is no TLS. Its first bytes stay with
 * the socket, and are told of only where TLS is at the other side, or was expected.
 */
#ifndef TT_BPF_FIRST_H
#define TT_BPF_FIRST_H

#include "emit.bpf.h"

/* The machine has read five bytes, the last ones of this run or not, and they are no header. */
static __always_inline void first_keep(struct run *r)
{
	struct stream *st = r->st;
	__u32 offset = st->next - r->seq, bytes;

	__builtin_memcpy(st->first, st->head, 5);
	st->first_bytes = 5;
	if (offset >= r->bytes)
		return;
	bytes = r->bytes - offset;
	if (bytes > TT_FIRST_BYTES - 5)
		bytes = TT_FIRST_BYTES - 5;
	/* As in emit_body(): the verifier wants to see the bound. */
	bytes--;
	asm volatile("" : "+r"(bytes));
	if (bytes >= TT_FIRST_BYTES - 5)
		return;
	bytes++;
	if (!run_read(r, offset, st->first + 5, bytes))
		st->first_bytes = 5 + bytes;
}

static __noinline int emit_first(struct tt_sock *s, __u32 dir, __u32 why)
{
	struct tt_ev_first *event;
	struct stream *st;

	if (!s)
		return 0;
	st = &s->stream[dir & 1];
	if (!st->first_bytes)
		return 0;
	event = event_reserve(sizeof(*event) + TT_FIRST_BYTES);
	if (!event)
		return 0;
	event_head(&event->head, s->id, TT_EV_FIRST, sizeof(*event) + TT_FIRST_BYTES);
	event->bytes = st->first_bytes;
	event->dir = dir & 1;
	event->why = why;
	event->pad = 0;
	__builtin_memcpy(event->data, st->first, TT_FIRST_BYTES);
	event_submit(event, 0);
	return 0;
}

/* A connection that is no TLS is told of for another reason. */
static __noinline int emit_plain(struct tt_sock *s, struct sock *sk, __u32 why)
{
	if (!s || !sk)
		return 0;
	if (!s->not_tls) {
		s->not_tls = 1;
		count(TT_COUNT_NOT_TLS);
	}
	emit_open(s, sk);
	emit_first(s, TT_SENT, why);
	emit_first(s, TT_RECEIVED, why);
	return 0;
}

/* "HTTP/1.1 400": many servers of TLS answer so to a request in plain text. */
static __always_inline int first_is_refusal(const struct stream *st)
{
	const __u8 *p = st->first;

	return st->first_bytes > 12 && p[0] == 'H' && p[4] == '/' && p[9] == '4' && p[10] == '0' &&
	       p[11] == '0';
}

/* More of an HTTP error than is kept: its text tells what it is about. */
static __always_inline void emit_answer(struct run *r)
{
	struct tt_ev_first *event = event_reserve(sizeof(*event) + TT_ANSWER_BYTES);
	__u32 offset = r->st->next - 5 - r->seq, bytes;

	if (!event)
		return;
	if (offset >= r->bytes)
		goto none;
	event_head(&event->head, r->s->id, TT_EV_FIRST, sizeof(*event) + TT_ANSWER_BYTES);
	event->dir = r->dir;
	event->why = TT_FIRST_ANSWER;
	event->pad = 0;
	bytes = r->bytes - offset;
	if (bytes > TT_ANSWER_BYTES)
		bytes = TT_ANSWER_BYTES;
	bytes--;
	asm volatile("" : "+r"(bytes));
	if (bytes >= TT_ANSWER_BYTES)
		goto none;
	bytes++;
	event->bytes = bytes;
	if (run_read(r, offset, event->data, bytes))
		goto none;
	event_submit(event, 0);
	return;
none:
	bpf_ringbuf_discard(event, 0);
}

/* The direction does not begin with TLS. */
static __always_inline void first_told(struct run *r)
{
	struct stream *other = &r->s->stream[!r->dir];

	if (r->st->first_bytes)
		return;
	first_keep(r);
	if (r->s->announced) {
		emit_first(r->s, r->dir, TT_FIRST_BESIDE_TLS);
	} else if (other->first_bytes && first_is_refusal(r->st)) {
		emit_plain(r->s, r->sk, TT_FIRST_ANSWER);
		emit_answer(r);
	}
}

/* The endpoint that listens, as far as is known who does. */
static __always_inline int server_of(const struct tt_sock *s, struct sock *sk,
				     struct tt_server_key *key)
{
	struct sock_common *c = &sk->__sk_common;
	__u8 other[16];

	key->pad = 0;
	key->netns = BPF_CORE_READ(c, skc_net.net, ns.inum);
	if (s->tcp_role == TT_TCP_ACTIVE) {
		sock_addresses(sk, other, key->address);
		key->port = __builtin_bswap16(BPF_CORE_READ(c, skc_dport));
	} else {
		sock_addresses(sk, key->address, other);
		key->port = __builtin_bswap16(BPF_CORE_READ((struct inet_sock *)sk, inet_sport));
	}
	return s->tcp_role != TT_TCP_UNKNOWN;
}

static __noinline int server_speaks_tls(struct tt_sock *s, struct sock *sk, __u32 how)
{
	struct tt_server_key key;
	__u8 *known, now = how;

	if (!s || !sk || !server_of(s, sk, &key))
		return 0;
	known = bpf_map_lookup_elem(&tt_servers, &key);
	if (!known || *known > now)
		bpf_map_update_elem(&tt_servers, &key, &now, BPF_ANY);
	return 0;
}

#endif /* TT_BPF_FIRST_H */
