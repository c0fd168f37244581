/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* cgroup.bpf.c - every packet of every TCP socket, both ways, on any kernel. */
#include "maps.bpf.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include "stream.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct segment {
	__u32 seq, bytes, base;
	__u8 flags;
};

/*
 * Where the TCP payload is; both headers are in the linear part by now. IPv6
 * extension headers end the search.
 */
static __always_inline int segment_find(struct __sk_buff *skb, struct segment *g)
{
	const __u8 *ip = (void *)(long)skb->data, *end = (void *)(long)skb->data_end, *tcp;
	__u32 at;

	if (ip + 20 > end)
		return 0;
	if (ip[0] >> 4 == 4 && ip[9] == 6)
		at = (ip[0] & 15) * 4;
	else if (ip[0] >> 4 == 6 && ip[6] == 6)
		at = 40;
	else
		return 0;
	tcp = ip + at;
	if (tcp + 14 > end)
		return 0;
	g->seq = (__u32)tcp[4] << 24 | tcp[5] << 16 | tcp[6] << 8 | tcp[7];
	g->flags = tcp[13];
	g->base = at + (tcp[12] >> 4) * 4;
	if (g->base >= skb->len)
		return 0;
	g->bytes = skb->len - g->base;
	return 1;
}

/*
 * Do the reader hooks leave this socket alone, or did a reader go by them (splice,
 * zero-copy receive)? While a process holds the socket, the hook may be about to run.
 */
static __always_inline int read_unseen(struct bpf_sock *sk, struct stream *st)
{
	struct tcp_sock *tp = bpf_skc_to_tcp_sock(sk);
	__u32 copied, owned;

	if (!tp)
		return 0;
	if (tp->inet_conn.icsk_ulp_ops)
		return 1;
	/* In this order: once let go of, all up to `copied` has passed the hook. */
	copied = tp->copied_seq;
	__sync_fetch_and_add(&st->busy, 0);
	owned = tp->inet_conn.icsk_inet.sk.sk_lock.owned;
	__sync_fetch_and_add(&st->busy, 0);
	return !owned && (__s32)(copied - stream_at(st)) > 0;
}

static __always_inline int packet(struct __sk_buff *skb, __u32 dir)
{
	struct bpf_sock *sk = skb->sk;
	struct segment g;
	struct tt_sock *s;
	struct run r = {};

	if (!sk)
		return 1;
	sk = bpf_sk_fullsock(sk);
	if (!sk || sk->protocol != 6 || sk->state == BPF_TCP_LISTEN)
		return 1;
	s = bpf_sk_storage_get(&tt_socks, sk, 0, 0);
	if (!s || !s->id || (s->stream[dir & 1].state == STREAM_NOT))
		return 1;
	r.filler = dir == TT_RECEIVED && tt_config.reader_hook;
	if (!segment_find(skb, &g))
		return 1;
	if (!s->announced || !s->stream[dir & 1].totals.records)
		r.sk = (struct sock *)bpf_skc_to_tcp_sock(sk);
	r.skb = skb;
	r.s = s;
	r.dir = dir;
	r.st = &s->stream[dir & 1];
	r.seq = g.flags & 2 ? g.seq + 1 : g.seq;
	r.bytes = g.bytes;
	r.base = g.base;
	if (!r.st->positioned) {
		r.st->next = r.st->lost_at = r.seq;
		r.st->positioned = 1;
	}
	/* A hole is left to the reader hooks, if they see it. */
	if (r.filler && (__s32)(r.seq - stream_at(r.st)) > 0 && read_unseen(sk, r.st))
		s->no_reader = 1;
	stream_run(&r);
	return 1;
}

SEC("cgroup_skb/egress")
int tt_egress(struct __sk_buff *skb)
{
	return packet(skb, TT_SENT);
}

SEC("cgroup_skb/ingress")
int tt_ingress(struct __sk_buff *skb)
{
	return packet(skb, TT_RECEIVED);
}
