/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * copy.bpf.c - received bytes as a process reads them: in order, whatever the
 * network did. Kernel 6.12 lets this tracepoint read packets (dynptr).
 */
#define TT_READ_DYNPTR
#include "maps.bpf.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "library_go.bpf.h"
#include "library_plain.bpf.h"
#include "owner.bpf.h"
#include "stream.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Plain loads in place of bpf_probe_read_kernel; kernel 6.2. */
extern void *bpf_rdonly_cast(const void *object, __u32 btf_id) __ksym __weak;
#define kernel_cast(from, type) \
	((type *)bpf_rdonly_cast((from), bpf_core_type_id_kernel(type)))

static __always_inline void read_packet(struct tt_sock *s, struct sock *sk, struct sk_buff *skb,
					__u32 copied)
{
	__u32 seq = kernel_cast(&skb->cb, struct tcp_skb_cb)->seq;
	struct bpf_dynptr ptr;
	struct run r = {};

	/* Packets of the error queue hold something else there. */
	if ((__s32)(copied - seq) < 0 || (__s32)(seq + skb->len - copied) <= 0)
		return;
	s->no_reader = 0;
	r.s = s;
	r.sk = sk;
	r.dir = TT_RECEIVED;
	r.st = &s->stream[TT_RECEIVED];
	if (!r.st->positioned) {
		r.st->next = r.st->lost_at = copied;
		r.st->positioned = 1;
	}
	r.seq = seq;
	r.bytes = skb->len;
	if ((__s32)(stream_at(r.st) - (r.seq + r.bytes)) >= 0)
		return;
	if (bpf_dynptr_from_skb(skb, 0, &ptr))
		return;
	r.ptr = &ptr;
	stream_run(&r);
	library_reads_plain(s, sk);
}

SEC("tp_btf/skb_copy_datagram_iovec")
int BPF_PROG(tt_copy, struct sk_buff *skb, int len)
{
	struct sock *sk = skb->sk;
	struct tcp_sock *tp;
	struct tt_sock *s;
	int first;

	if (!sk || sk->sk_protocol != 6)
		return 0;
	s = bpf_sk_storage_get(&tt_socks, sk, 0, 0);
	if (!s || s->stream[TT_RECEIVED].state == STREAM_NOT)
		return 0;
	tp = kernel_cast(sk, struct tcp_sock);
	/* kTLS keeps its own notes where TCP's sequence number would be. */
	if (tp->inet_conn.icsk_ulp_ops)
		return 0;
	if (!owner_reads(s, tp))
		return 0;
	first = s->stream[TT_RECEIVED].state == STREAM_NEW;
	library_reads(s);
	read_packet(s, sk, skb, tp->copied_seq);
	if (first)
		library_reads(s); /* only now it is known to be TLS */
	go_reads(s); /* behind the first record, so that the connection is known */
	return 0;
}
