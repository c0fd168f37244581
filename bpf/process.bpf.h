/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* process.bpf.h - which processes the options let pass, and their facts. */
#ifndef TT_BPF_PROCESS_H
#define TT_BPF_PROCESS_H

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "maps.bpf.h"

#define CGROUP_DEPTH 24

static __always_inline struct tt_process_key process_key(struct task_struct *task)
{
	struct tt_process_key key = { .pid = BPF_CORE_READ(task, tgid) };

	key.start_ticks = BPF_CORE_READ(task, group_leader, start_boottime) / TT_TICK_NS;
	return key;
}

static __always_inline __u64 cgroup_of(struct task_struct *task)
{
	return BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
}

static __always_inline int process_filters(void)
{
	return tt_config.by_process || tt_config.by_uid || tt_config.comm[0] || tt_config.cgroup_id;
}

static __noinline int in_cgroup(struct task_struct *task)
{
	struct cgroup_subsys_state *css = &BPF_CORE_READ(task, cgroups, dfl_cgrp)->self;

	for (int i = 0; i < CGROUP_DEPTH && css; i++) {
		if (BPF_CORE_READ(css, cgroup, kn, id) == tt_config.cgroup_id)
			return 1;
		css = BPF_CORE_READ(css, parent);
	}
	return 0;
}

static __noinline int process_wanted(struct task_struct *task)
{
	char comm[16] = {};

	if (tt_config.by_process) {
		struct tt_process_key key = process_key(task);

		if (!bpf_map_lookup_elem(&tt_processes, &key))
			return 0;
	}
	if (tt_config.by_uid && BPF_CORE_READ(task, cred, uid.val) != tt_config.uid)
		return 0;
	if (tt_config.comm[0]) {
		bpf_core_read_str(comm, sizeof(comm), &task->group_leader->comm);
		for (int i = 0; i < 16; i++) {
			if (comm[i] != tt_config.comm[i])
				return 0;
			if (!comm[i])
				break;
		}
	}
	return !tt_config.cgroup_id || in_cgroup(task);
}

struct path_walk {
	struct tt_ev_process *event;
	struct dentry *dentry;
	struct mount *mount;
	__u32 count;
	__u32 whole; /* the root was reached */
};

/* One name further up, or over a mount point (as d_path does). */
static long path_step(__u32 i, struct path_walk *w)
{
	struct dentry *dentry = w->dentry, *up;
	struct mount *mount = w->mount, *above;
	__u32 at = w->count;
	long bytes;

	if (dentry == BPF_CORE_READ(mount, mnt.mnt_root)) {
		above = BPF_CORE_READ(mount, mnt_parent);
		w->whole = above == mount;
		w->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
		w->mount = above;
		return above == mount;
	}
	up = BPF_CORE_READ(dentry, d_parent);
	if (up == dentry || at >= TT_PATH_PARTS)
		return 1; /* detached, or too deep */
	bytes = bpf_probe_read_kernel_str(w->event->part[at], TT_PART_BYTES,
					  BPF_CORE_READ(dentry, d_name.name));
	if (bytes <= 0 || bytes == TT_PART_BYTES)
		return 1;
	w->count = at + 1;
	w->dentry = up;
	return 0;
}

static __always_inline __u32 path_parts(struct tt_ev_process *event, struct task_struct *task)
{
	struct file *file = BPF_CORE_READ(task, mm, exe_file);
	struct vfsmount *vfs = BPF_CORE_READ(file, f_path.mnt);
	struct path_walk w = { .event = event, .dentry = BPF_CORE_READ(file, f_path.dentry) };

	if (!file || !bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_loop))
		return 0;
	w.mount = (void *)vfs - bpf_core_field_offset(struct mount, mnt);
	bpf_loop(TT_PATH_PARTS + 8, path_step, &w, 0);
	return w.whole ? w.count : 0;
}

/* Once for each program that a process runs: its facts while it is there. */
static __noinline __attribute__((unused)) int process_tell(struct tt_sock *s, struct task_struct *task)
{
	struct tt_process_key key = process_key(task);
	__u64 exec = BPF_CORE_READ(task, self_exec_id), *told;
	unsigned long from, to;
	struct tt_ev_process *event;
	__u32 bytes;

	told = bpf_map_lookup_elem(&tt_told, &key);
	if (!s || (told && *told == exec))
		return 0;
	event = event_reserve(sizeof(*event));
	if (!event)
		return 0;
	bpf_map_update_elem(&tt_told, &key, &exec, BPF_ANY);
	event_head(&event->head, s->id, TT_EV_PROCESS, sizeof(*event));
	event->owner = s->owner;
	event->pad = 0;
	event->part_count = path_parts(event, task);
	from = BPF_CORE_READ(task, mm, arg_start);
	to = BPF_CORE_READ(task, mm, arg_end);
	bytes = to - from > TT_ARGS_BYTES ? TT_ARGS_BYTES : to - from;
	event->args_bytes = bytes;
	asm volatile("" : "+r"(bytes));
	if (bytes == 0 || bytes > TT_ARGS_BYTES || !from ||
	    bpf_probe_read_user(event->args, bytes, (void *)from))
		event->args_bytes = 0;
	event_submit(event, 0);
	return 0;
}

/* An error of a process that the options let pass, on no connection that is known. */
static __always_inline void count_unbound(void)
{
	if (!process_filters() || process_wanted(bpf_get_current_task_btf()))
		count(TT_COUNT_UNBOUND);
}

#endif /* TT_BPF_PROCESS_H */
