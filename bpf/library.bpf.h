/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * library.bpf.h - which call into a TLS library a thread is in, and which
 * connection that call's object has.
 *
 * A call's end is not probed: a probe on a return costs many times one on an entry.
 * Instead the frame is looked at. As long as the call lasts, the thread's stack
 * pointer is below the call's return address and that address is still there.
 */
#ifndef TT_BPF_LIBRARY_H
#define TT_BPF_LIBRARY_H

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#include "maps.bpf.h"

#define LIBRARY_STACK_BYTES 262144 /* what a library's own frames may take */

static __always_inline struct tt_library_call *library_call(__u64 flags)
{
	return bpf_task_storage_get(&tt_library_calls, bpf_get_current_task_btf(), 0, flags);
}

static __always_inline int library_inside(const struct tt_library_call *call, __u64 sp)
{
	__u64 now = 0;

	if (!call->frame || sp >= call->frame || call->frame - sp > LIBRARY_STACK_BYTES)
		return 0;
#ifdef __TARGET_ARCH_x86
	if (bpf_probe_read_user(&now, sizeof(now), (const void *)call->frame))
		return 0;
	return now == call->returns;
#else
	return now == 0; /* arm64 has the return address in a register at first */
#endif
}

static __always_inline struct tt_object_key object_key(__u64 object)
{
	struct tt_object_key key = { .object = object, .pid = bpf_get_current_pid_tgid() >> 32 };

	return key;
}

static __always_inline __u64 process_start(void)
{
	return bpf_get_current_task_btf()->group_leader->start_boottime;
}

/* To be submitted, or discarded, by the caller. */
static __always_inline struct tt_ev_library *library_event(struct tt_library_call *call, __u8 fact,
							   __s32 code, __u8 level, __u64 conn_id)
{
	struct tt_ev_library *event = event_reserve(sizeof(*event));

	if (!event)
		return 0;
	event_head(&event->head, conn_id, TT_EV_LIBRARY, sizeof(*event));
	event->object = call->object;
	event->touched = call->touched;
	event->pid = bpf_get_current_pid_tgid() >> 32;
	event->file = call->file;
	event->code = code;
	event->line = call->line;
	event->verify = call->verify;
	event->fact = fact;
	event->call = call->call;
	event->level = level;
	event->guessed = conn_id != call->conn_id;
	event->source[0] = event->function[0] = 0;
	return event;
}

static __always_inline void library_tell(struct tt_library_call *call, __u8 fact, __s32 code,
					 __u8 level, __u64 conn_id)
{
	struct tt_ev_library *event = library_event(call, fact, code, level, conn_id);

	if (!event)
		return;
	if (fact == TT_LIBRARY_ERROR && call->source)
		bpf_probe_read_user_str(event->source, TT_PLACE_BYTES, (const void *)call->source);
	if (fact == TT_LIBRARY_ERROR && call->function)
		bpf_probe_read_user_str(event->function, TT_PLACE_BYTES,
					(const void *)call->function);
	event_submit(event, 0);
}

static __always_inline int library_calls_now(const struct tt_library_call *call)
{
	struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());

	return library_inside(call, BPF_CORE_READ(regs, sp));
}

static __always_inline void library_bind(struct tt_sock *s, struct tt_library_call *call)
{
	struct tt_object_key key = object_key(call->object);
	struct tt_object object = { .conn_id = s->id, .start_ns = process_start() };

	bpf_map_update_elem(&tt_objects, &key, &object, BPF_ANY);
	call->conn_id = s->id;
	library_tell(call, TT_LIBRARY_BOUND, 0, 0, s->id);
}

/*
 * The call before is over, or fails: through memory, its bytes are sent later by the program.
 * What may be the random in its hello tells the user half which connection it is.
 */
static __noinline __attribute__((unused)) int library_tell_random(struct tt_library_call *call)
{
	struct tt_object object = { .start_ns = process_start() };
	struct tt_object_key key;
	struct tt_ev_library *event;

	if (!call || !call->random[0])
		return 0;
	event = call->object && !call->conn_id ?
			library_event(call, TT_LIBRARY_RANDOM, 0, 0, 0) : 0;
	if (event) {
		if (bpf_probe_read_user(event->source, TT_RANDOM_BYTES,
					(const void *)call->random[0]) ||
		    bpf_probe_read_user(event->function, TT_RANDOM_BYTES,
					(const void *)(call->random[1] ?: call->random[0]))) {
			bpf_ringbuf_discard(event, 0);
		} else {
			event_submit(event, 0);
			key = object_key(call->object);
			bpf_map_update_elem(&tt_objects, &key, &object, BPF_ANY);
			call->joined = 1;
		}
	}
	call->random[0] = call->random[1] = 0;
	return 0;
}

/* current read from the socket: in a call, it is the call's object's. */
static __always_inline void library_reads(struct tt_sock *s)
{
	struct tt_library_call *call;

	if (!tt_config.libraries || s->stream[TT_RECEIVED].state != STREAM_TLS)
		return;
	/* Made here too: a thread's first error may come before any call that is probed. */
	call = library_call(BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (!call)
		return;
	call->touched = s->id;
	call->raised = 0;
	if (!call->frame || call->conn_id == s->id)
		return;
	if (!library_calls_now(call)) {
		call->frame = 0; /* it is over: the next read need not look */
		return;
	}
	library_bind(s, call);
}

#endif /* TT_BPF_LIBRARY_H */
