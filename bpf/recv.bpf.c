/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * recv.bpf.c - received bytes out of the buffer that tcp_recvmsg filled: in
 * order, whatever the network did.
 *
 * The entry of tcp_recvmsg tells where the buffer is. tcp_rcv_space_adjust
 * follows each copy under the socket lock, so the new bytes end at copied_seq.
 * Both the reader's iterator and copied_seq must have moved by the same number
 * of bytes since: this leaves out MSG_PEEK and MSG_TRUNC, splice after a call
 * that is over, and a second reader of the socket. No return probe is needed,
 * of which a kernel has too few for many blocked readers.
 */
#define TT_READ_USER
#include "maps.bpf.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "library_go.bpf.h"
#include "library_plain.bpf.h"
#include "owner.bpf.h"
#include "stream.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* 0 for what is not user memory: kernel readers. */
static __always_inline int place_read(struct tt_place *at, struct msghdr *msg)
{
	__u8 type = BPF_CORE_READ(msg, msg_iter.iter_type);
	struct iov_iter___iov *old = (void *)__builtin_preserve_access_index(&msg->msg_iter);

	at->offset_bytes = BPF_CORE_READ(msg, msg_iter.iov_offset);
	at->left_bytes = BPF_CORE_READ(msg, msg_iter.count);
	at->flat = 0;
	if (bpf_core_enum_value_exists(enum iter_type, ITER_UBUF) &&
	    type == bpf_core_enum_value(enum iter_type, ITER_UBUF)) {
		at->flat = 1;
		at->base = (__u64)BPF_CORE_READ(msg, msg_iter.ubuf);
		return 1;
	}
	if (type != bpf_core_enum_value(enum iter_type, ITER_IOVEC))
		return 0;
	if (bpf_core_field_exists(msg->msg_iter.__iov))
		at->base = (__u64)BPF_CORE_READ(msg, msg_iter.__iov);
	else
		at->base = (__u64)BPF_CORE_READ(old, iov);
	return 1;
}

static __always_inline int call_begin(void *sk, struct msghdr *msg)
{
	struct tt_call *call = bpf_task_storage_get(&tt_calls, bpf_get_current_task_btf(), 0,
						    BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!call)
		return 0;
	call->msg = (__u64)msg;
	call->copied_seq = BPF_CORE_READ((struct tcp_sock *)sk, copied_seq);
	call->sk = place_read(&call->at, msg) ? (__u64)sk : 0;
	return 0;
}

SEC("fentry/tcp_recvmsg")
int BPF_PROG(tt_recv_fentry, struct sock *sk, struct msghdr *msg)
{
	return call_begin(sk, msg);
}

SEC("kprobe/tcp_recvmsg")
int BPF_KPROBE(tt_recv_kprobe, struct sock *sk, struct msghdr *msg)
{
	return call_begin(sk, msg);
}

/* Where the bytes copied since the last look are. 0: not in this call. */
static __always_inline int call_advance(struct tt_call *call, struct tcp_sock *tp, struct run *r)
{
	struct tt_place was = call->at;
	__u32 seq = call->copied_seq, copied;
	struct iovec first;

	if (!call->sk || !place_read(&call->at, (struct msghdr *)call->msg))
		return 0;
	call->copied_seq = BPF_CORE_READ(tp, copied_seq);
	copied = call->copied_seq - seq;
	if (!copied || was.left_bytes - call->at.left_bytes != copied) {
		call->sk = 0;
		return 0;
	}
	r->seq = seq;
	if (was.flat) {
		r->user = was.base + was.offset_bytes;
		r->bytes = copied;
		return 1;
	}
	if (bpf_probe_read_kernel(&first, sizeof(first), (const void *)was.base))
		return 0;
	r->user = (__u64)first.iov_base + was.offset_bytes;
	r->bytes = first.iov_len - was.offset_bytes < copied ? first.iov_len - was.offset_bytes
							      : copied;
	r->rest = copied - r->bytes;
	r->iov = was.base + sizeof(first);
	return 1;
}

static __always_inline void read_stream(struct tt_sock *s, struct sock *sk)
{
	struct tt_call *call;
	struct run r = {};

	call = bpf_task_storage_get(&tt_calls, bpf_get_current_task_btf(), 0, 0);
	if (!call || call->sk != (__u64)sk || !call_advance(call, (struct tcp_sock *)sk, &r))
		return;
	s->no_reader = 0;
	r.s = s;
	r.sk = sk;
	r.dir = TT_RECEIVED;
	r.st = &s->stream[TT_RECEIVED];
	if (!r.st->positioned) {
		r.st->next = r.st->lost_at = r.seq;
		r.st->positioned = 1;
	}
	stream_run(&r);
	library_reads_plain(s, sk);
}

SEC("tp_btf/tcp_rcv_space_adjust")
int BPF_PROG(tt_recv, struct sock *sk)
{
	struct tcp_sock *tp = (struct tcp_sock *)sk;
	struct tt_sock *s;
	int first;

	if (!sk->sk_lock.owned)
		return 0;
	s = bpf_sk_storage_get(&tt_socks, sk, 0, 0);
	if (!s || s->stream[TT_RECEIVED].state == STREAM_NOT)
		return 0;
	if (!owner_reads(s, tp) || BPF_CORE_READ(tp, inet_conn.icsk_ulp_ops))
		return 0;
	first = s->stream[TT_RECEIVED].state == STREAM_NEW;
	library_reads(s);
	read_stream(s, sk);
	if (first)
		library_reads(s); /* only now it is known to be TLS */
	go_reads(s); /* behind the first record, so that the connection is known */
	return 0;
}
