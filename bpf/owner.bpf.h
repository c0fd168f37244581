/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * owner.bpf.h - who owns a socket. Call only where `current` is known to be
 * the process that works on the socket, never from a packet hook.
 */
#ifndef TT_BPF_OWNER_H
#define TT_BPF_OWNER_H

#include <bpf/bpf_core_read.h>

#include "maps.bpf.h"
#include "process.bpf.h"

#define PF_KTHREAD 0x00200000

static __always_inline void owner_fill(struct tt_owner *o, struct task_struct *task, __u32 how)
{
	o->pid = BPF_CORE_READ(task, tgid);
	o->tid = BPF_CORE_READ(task, pid);
	o->start_ns = BPF_CORE_READ(task, group_leader, start_boottime);
	o->ppid = BPF_CORE_READ(task, real_parent, tgid);
	o->uid = BPF_CORE_READ(task, cred, uid.val);
	o->cgroup_id = cgroup_of(task);
	bpf_core_read_str(o->comm, sizeof(o->comm), &task->group_leader->comm);
	o->how = how;
	o->wanted = process_wanted(task);
}

/* Forget a connection that the process filters refuse, until another process reads. */
static __always_inline void owner_refuse(struct tt_sock *s)
{
	s->id = 0;
	s->announced = 0;
	s->refused = 1;
}

/* The same program as before, by a hook that says no more than the last did. */
static __always_inline int owner_known(const struct tt_sock *s, __u32 how)
{
	struct task_struct *task = bpf_get_current_task_btf();

	if (s->owner.how < TT_OWNER_IO &&
	    (how != TT_OWNER_IO || s->owner.how != TT_OWNER_CONNECT))
		return 0;
	return s->owner.pid == (__u32)task->tgid && s->owner_exec_id == task->self_exec_id &&
	       s->owner.start_ns == task->group_leader->start_boottime;
}

static __always_inline struct tt_sock *sock_make(struct sock *sk)
{
	struct tt_sock *s = bpf_sk_storage_get(&tt_socks, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);

	if (!s)
		count(TT_COUNT_MAP_FULL);
	return s;
}

/* Follow a socket from here on: what went by before was not seen. */
static __always_inline void sock_midway(struct tt_sock *s, struct tcp_sock *tp)
{
	struct stream *sent = &s->stream[TT_SENT], *received = &s->stream[TT_RECEIVED];

	sent->state = BPF_CORE_READ(tp, bytes_sent) ? STREAM_LOST : STREAM_NEW;
	sent->next = sent->lost_at = BPF_CORE_READ(tp, snd_nxt);
	received->state = BPF_CORE_READ(tp, bytes_received) ? STREAM_LOST : STREAM_NEW;
	received->next = received->lost_at = BPF_CORE_READ(tp, copied_seq);
	sent->positioned = received->positioned = 1;
	s->midstream = sent->state == STREAM_LOST || received->state == STREAM_LOST;
	s->id = sock_id_new();
}

static __noinline void owner_set(struct tt_sock *s, __u32 how)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct tt_ev_owner *event;

	if (BPF_CORE_READ(task, flags) & PF_KTHREAD)
		return;
	owner_fill(&s->owner, task, how);
	s->owner_exec_id = BPF_CORE_READ(task, self_exec_id);
	if (s->owner.wanted)
		process_tell(s, task);
	if (s->announced) {
		event = event_reserve(sizeof(*event));
		if (event) {
			event_head(&event->head, s->id, TT_EV_OWNER, sizeof(*event));
			event->owner = s->owner;
			event_submit(event, 0);
		}
	}
	if (how == TT_OWNER_IO && !s->owner.wanted)
		owner_refuse(s);
}

static __always_inline void owner_note(struct tt_sock *s, __u32 how)
{
	if (!owner_known(s, how))
		owner_set(s, how);
}

/* current reads from the socket. 0: the filters refuse it, or nobody follows it. */
static __always_inline int owner_reads(struct tt_sock *s, struct tcp_sock *tp)
{
	if (!s->id && !s->refused)
		return 0;
	owner_note(s, TT_OWNER_IO);
	if (s->refused && s->owner.wanted) {
		s->refused = 0;
		sock_midway(s, tp);
	}
	return !s->refused;
}

#endif /* TT_BPF_OWNER_H */
