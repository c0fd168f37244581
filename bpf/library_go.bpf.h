/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * library_go.bpf.h - which call of crypto/tls a goroutine is in. Goroutines change
 * threads, and their stacks are moved, so a call is known by the goroutine (R14) and by
 * how far from the stack's end its return address is.
 */
#ifndef TT_BPF_LIBRARY_GO_H
#define TT_BPF_LIBRARY_GO_H

#include "library.bpf.h"
#include "maps_go.bpf.h"

#ifdef __TARGET_ARCH_x86
#define GO_G_OF(regs) BPF_CORE_READ(regs, r14)
#else
#define GO_G_OF(regs) 0 /* no Go program is probed there */
#endif
#define GO_STACK_END 8 /* g begins with stack.lo, stack.hi (runtime/runtime2.go) */
#define GO_STACK_MAX (1 << 30)

/*
 * What a function returns that is not inlined: the compiler would leave out a constant, and the
 * verifier refuses the address of the stack that may be in the register then.
 */
static __always_inline int go_done(void)
{
	int done = 0;

	asm volatile("" : "+r"(done));
	return done;
}

static __always_inline __u64 go_word(__u64 address)
{
	__u64 word = 0;

	bpf_probe_read_user(&word, sizeof(word), (const void *)address);
	return word;
}

static __always_inline struct tt_goroutine goroutine(__u64 g)
{
	struct tt_goroutine key = { .g = g, .pid = bpf_get_current_pid_tgid() >> 32 };

	return key;
}

/* Is the goroutine, whose stack ends at `end` and is used down to `sp`, in that call? */
static __always_inline int go_inside(const struct tt_go_frame *frame, __u64 end, __u64 sp)
{
	__u64 depth = frame->depth_bytes;

	return depth && end > sp && end - sp > depth && end - sp < GO_STACK_MAX &&
	       go_word(end - depth) == frame->returns;
}

static __always_inline void go_enter(struct tt_go_frame *frame, __u64 object, __u64 end, __u64 sp)
{
	frame->object = object;
	frame->returns = go_word(sp);
	frame->depth_bytes = end > sp && end - sp < GO_STACK_MAX ? end - sp : 0;
}

/* Is this the end of that very call? */
static __always_inline int go_leaves(const struct tt_go_frame *frame, __u64 end, __u64 sp)
{
	return frame->depth_bytes && end - sp == frame->depth_bytes;
}

static __always_inline __u64 go_conn(__u64 conn)
{
	struct tt_object_key key = object_key(conn);
	struct tt_object *object = bpf_map_lookup_elem(&tt_objects, &key);

	return object && object->start_ns == process_start() ? object->conn_id : 0;
}

static __always_inline struct tt_ev_library *go_event(__u64 object, __u64 conn_id, __u32 file,
						      __u8 fact, __s32 code)
{
	struct tt_library_call call = { .object = object, .conn_id = conn_id, .file = file,
					.verify = -1 };

	return library_event(&call, fact, code, 0, conn_id);
}

/* The object that the goroutine reads for; 0: none. */
static __always_inline __u64 go_reader(const struct tt_go_call *call, __u64 g, __u64 sp,
				       const struct tt_sock *s)
{
	__u64 end = go_word(g + GO_STACK_END);

	if (go_inside(&call->read, end, sp))
		return call->read.object;
	/*
	 * Records may be read unseen, to keep within the budget. Of one TLS connection inside
	 * another the inner one shakes hands while the outer one reads: the first keeps it.
	 */
	if (go_inside(&call->handshake, end, sp) &&
	    (!s->go_object || s->go_object == call->handshake.object))
		return call->handshake.object;
	return 0;
}

/* current reads from the socket for a crypto/tls.Conn: the two belong together. */
static __always_inline void go_reads(struct tt_sock *s)
{
	struct tt_ev_library *event;
	struct tt_object_key key;
	struct tt_object object;
	struct tt_goroutine who;
	struct tt_go_call *call;
	struct pt_regs *regs;

	if (!tt_config.libraries || !tt_go_seen || !s->id || s->stream[TT_RECEIVED].state == STREAM_NOT)
		return;
	regs = (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf());
	who = goroutine(GO_G_OF(regs));
	call = bpf_map_lookup_elem(&tt_go_calls, &who);
	if (!call)
		return;
	key = object_key(go_reader(call, who.g, BPF_CORE_READ(regs, sp), s));
	if (!key.object || go_conn(key.object) == s->id)
		return;
	object.conn_id = s->id;
	object.start_ns = process_start();
	object.failed = 0;
	bpf_map_update_elem(&tt_objects, &key, &object, BPF_ANY);
	s->go_object = key.object;
	event = go_event(key.object, s->id, call->file, TT_LIBRARY_BOUND, 0);
	if (event)
		event_submit(event, 0);
}

#endif /* TT_BPF_LIBRARY_GO_H */
