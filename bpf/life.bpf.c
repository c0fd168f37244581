/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* life.bpf.c - birth, owner and death of every TCP socket. */
#include "maps.bpf.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "io.bpf.h"
#include "library_go.bpf.h"
#include "library_plain.bpf.h"
#include "owner.bpf.h"
#include "stream.bpf.h"
#include "unanswered.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define RCV_SHUTDOWN 1 /* net/sock.h */

static __always_inline void born(struct sock *sk)
{
	struct tcp_sock *tp = (struct tcp_sock *)sk;
	struct tt_sock *s;

	if (!sock_wanted(sk)) {
		s = bpf_sk_storage_get(&tt_socks, sk, 0, 0);
		if (s)
			s->id = 0;
		return;
	}
	s = sock_make(sk);
	if (!s)
		return;
	s->tcp_state = TT_ESTABLISHED;
	if (s->tcp_role == TT_TCP_ACTIVE && !s->id && !s->refused)
		return;
	if (s->tcp_role != TT_TCP_ACTIVE) {
		/* A clone of its listener's storage, or none: start anew. */
		struct tt_owner owner = s->owner;

		__builtin_memset(s, 0, sizeof(*s));
		s->owner = owner;
		if (owner.how)
			s->owner.how = TT_OWNER_ACCEPT;
		else
			s->owner.wanted = !process_filters();
		s->tcp_role = TT_TCP_PASSIVE;
		s->tcp_state = TT_ESTABLISHED;
	}
	s->established_ns = bpf_ktime_get_ns();
	s->stream[TT_RECEIVED].next = BPF_CORE_READ(tp, rcv_nxt) -
				      (__u32)BPF_CORE_READ(tp, bytes_received);
	s->stream[TT_RECEIVED].positioned = 1;
	if (!s->id && !s->refused)
		s->id = sock_id_new();
}

/*
 * What was not read up to the end is missing, be the position lost or known. A FIN takes
 * one number; one that crossed with ours may not be known, so 1 is nothing.
 */
static __always_inline void end_gap(struct stream *st, __u32 end, __u32 fin)
{
	if (st->state == STREAM_TLS)
		st->lost_at = st->next - st->head_bytes;
	else if (!st->positioned || (st->state != STREAM_LOST && st->state != STREAM_VERIFY))
		return;
	if ((__s32)(end - st->lost_at) > 1)
		gap_ends(st, end - !!fin);
}

/* Where the ring is full the close waits elsewhere: without it a connection would never end. */
static __noinline int emit_close(struct tt_sock *s)
{
	static const struct tt_ev_totals empty;
	struct tt_ev_totals *event;

	if (!s)
		return 0;
	event = bpf_ringbuf_reserve(&tt_events, sizeof(*event), 0);
	if (event) {
		totals_fill(event, s, TT_EV_CLOSE);
		event_submit(event, 0);
		return 0;
	}
	if (bpf_map_update_elem(&tt_untold, &s->id, &empty, BPF_ANY)) {
		count(TT_COUNT_RING_FULL);
		return 0;
	}
	event = bpf_map_lookup_elem(&tt_untold, &s->id);
	if (event)
		totals_fill(event, s, TT_EV_CLOSE);
	return 0;
}

static __always_inline void died(struct sock *sk)
{
	struct tcp_sock *tp = (struct tcp_sock *)sk;
	struct tt_sock *s = bpf_sk_storage_get(&tt_socks, sk, 0, 0);
	__u32 fin, left;

	if (!s)
		return;
	/* From FIN_WAIT a socket goes without an error when the other end's FIN came. */
	fin = s->tcp_state == TT_FIN_WAIT1 || s->tcp_state == TT_FIN_WAIT2;
	left = fin && sk->sk_shutdown & RCV_SHUTDOWN;
	fin = fin && !sk->sk_err;
	s->tcp_state = TT_CLOSE;
	if (!s->id)
		return;
	if (tt_stopping) {
		if (s->announced) {
			io_close(s->id);
			emit_totals(s, TT_EV_TOTALS);
		}
		s->id = 0;
		return;
	}
	emit_unanswered(s, sk);
	if (!s->announced) {
		if (!s->not_tls && (s->stream[0].state == STREAM_PROBE ||
					     s->stream[1].state == STREAM_PROBE))
			count(TT_COUNT_NOT_TLS);
		s->id = 0;
		return;
	}
	if (sk->sk_err == ETIMEDOUT)
		s->close_flags |= TT_TIMED_OUT;
	/*
	 * tcp_reset() has just said so, the latter in CLOSE_WAIT. But a socket that its program has
	 * closed in order resets itself when more comes (tcp_rcv_state_process()).
	 */
	if ((sk->sk_err == ECONNRESET || sk->sk_err == EPIPE) && !left)
		s->close_flags |= TT_RST_RECEIVED;
	end_gap(&s->stream[TT_SENT], BPF_CORE_READ(tp, snd_nxt), s->close_flags & TT_FIN_SENT);
	end_gap(&s->stream[TT_RECEIVED], BPF_CORE_READ(tp, rcv_nxt),
		 fin || s->close_flags & TT_FIN_RECEIVED);
	io_close(s->id);
	emit_close(s);
	s->id = 0; /* and announced still: a packet hook that is at it must not begin anew */
}

static __always_inline int state_change(struct sock *sk, int now)
{
	struct tt_sock *s;

	if (now == TT_ESTABLISHED) {
		born(sk);
		return 0;
	}
	if (now == TT_CLOSE) {
		died(sk);
		return 0;
	}
	if (now == TT_SYN_SENT || now == TT_LISTEN) {
		s = sock_make(sk);
		if (!s)
			return 0;
		__builtin_memset(s, 0, sizeof(*s));
		s->tcp_state = now;
		s->owner.wanted = !process_filters();
		owner_note(s, TT_OWNER_CONNECT);
		if (now == TT_SYN_SENT) {
			s->tcp_role = TT_TCP_ACTIVE;
			s->refused = !s->owner.wanted;
			s->connect_ns = bpf_ktime_get_ns();
			if (!s->refused)
				s->id = sock_id_new();
		}
		return 0;
	}
	s = bpf_sk_storage_get(&tt_socks, sk, 0, 0);
	if (!s)
		return 0;
	s->tcp_state = now;
	if (now == TT_FIN_WAIT1)
		s->close_flags |= TT_FIN_SENT | TT_FIN_SENT_FIRST;
	else if (now == TT_CLOSE_WAIT || now == TT_CLOSING)
		s->close_flags |= TT_FIN_RECEIVED;
	else if (now == TT_LAST_ACK)
		s->close_flags |= TT_FIN_SENT;
	return 0;
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(tt_state, struct sock *sk, int before, int now)
{
	return sk->sk_protocol == 6 ? state_change(sk, now) : 0;
}

/*
 * The kernel does not run a program inside itself: when a packet changes a socket's
 * state while tt_state runs on that processor for another one, only this one sees it.
 */
SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(tt_state_again, struct sock *sk, int before, int now)
{
	struct tt_sock *s;

	if (sk->sk_protocol != 6)
		return 0;
	s = bpf_sk_storage_get(&tt_socks, sk, 0, 0);
	return s && s->tcp_state == now ? 0 : state_change(sk, now);
}

SEC("tp_btf/tcp_retransmit_skb")
int BPF_PROG(tt_retransmit, struct sock *sk)
{
	struct tt_sock *s;

	__u8 state = sk->__sk_common.skc_state;

	/* What was written before a close is often sent after it: in FIN_WAIT1. */
	if (state == TT_SYN_SENT || state == TT_SYN_RECV)
		return 0;
	s = bpf_sk_storage_get(&tt_socks, sk, 0, 0);
	if (s)
		s->retransmits++;
	return 0;
}

/*
 * After each copy to the reader. The socket lock is held by a process only in
 * process context, so `owned` proves that current is the reader.
 */
SEC("tp_btf/tcp_rcv_space_adjust")
int BPF_PROG(tt_reader, struct sock *sk)
{
	struct tt_sock *s = bpf_sk_storage_get(&tt_socks, sk, 0, 0);

	if (!s || !sk->sk_lock.owned || !owner_reads(s, (struct tcp_sock *)sk))
		return 0;
	library_reads(s);
	library_reads_plain(s, sk);
	go_reads(s);
	return 0;
}

/* --follow, and the descendants of a traced command. */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(tt_fork, struct task_struct *parent, struct task_struct *child)
{
	struct tt_process_key key = process_key(parent);
	__u32 one = 1;

	if (BPF_CORE_READ(child, pid) != BPF_CORE_READ(child, tgid) ||
	    !bpf_map_lookup_elem(&tt_processes, &key))
		return 0;
	key = process_key(child);
	if (bpf_map_update_elem(&tt_processes, &key, &one, BPF_ANY))
		count(TT_COUNT_MAP_FULL);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(tt_exit, struct task_struct *task)
{
	struct tt_process_key key;

	if (BPF_CORE_READ(task, signal, live.counter))
		return 0; /* other threads go on */
	key = process_key(task);
	bpf_map_delete_elem(&tt_processes, &key);
	return 0;
}
