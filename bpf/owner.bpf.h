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

/* Forget a connection that the process filters refuse. */
static __always_inline void owner_refuse(struct tt_sock *s)
{
	s->id = 0;
	s->announced = 0;
}

/* The same process as before, by a hook that says no more than the last did. */
static __always_inline int owner_known(const struct tt_sock *s, __u32 how)
{
	return s->owner.pid == bpf_get_current_pid_tgid() >> 32 &&
	       (s->owner.how >= TT_OWNER_IO ||
		(how == TT_OWNER_IO && s->owner.how == TT_OWNER_CONNECT));
}

static __noinline void owner_set(struct tt_sock *s, __u32 how)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct tt_ev_owner *event;

	if (BPF_CORE_READ(task, flags) & PF_KTHREAD)
		return;
	owner_fill(&s->owner, task, how);
	if (s->owner.wanted)
		process_tell(s, task);
	if (s->announced) {
		event = event_reserve(sizeof(*event));
		if (event) {
			event_head(&event->head, s, TT_EV_OWNER, sizeof(*event));
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

#endif /* TT_BPF_OWNER_H */
