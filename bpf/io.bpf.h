/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * io.bpf.h - calls that move plaintext: how many, how long, how many bytes. The bytes
 * themselves are read for --data only.
 */
#ifndef TT_BPF_IO_H
#define TT_BPF_IO_H

#include "library.bpf.h"
#include "process.bpf.h"

#define IO_FEW_BYTES 256
#define NSPR_PEEK 2 /* PR_MSG_PEEK of prio.h */
#define IO_TELL_NS 1000000000ULL
#define IO_OF_OBJECT (1ULL << 63) /* no connection's number is as high */

/* A call that is over. Small, for stacks are 512 bytes, of all functions together. */
struct io_call {
	__u64 object, conn_id;
	__u64 buffer, asked_bytes; /* address */
	__u64 ended_ns, took_ns;
	__s64 result;
	__u32 file;
	__u8 call; /* enum tt_call_name */
};

static __always_inline int io_moves(__u8 call)
{
	return call != TT_CALL_HANDSHAKE && call != TT_CALL_SHUTDOWN && call != TT_CALL_NONE;
}

static __always_inline int io_peeks(__u8 call)
{
	return call == TT_CALL_PEEK || call == TT_CALL_PEEK_EX;
}

static __always_inline int io_writes(__u8 call)
{
	return call == TT_CALL_WRITE || call == TT_CALL_WRITE_EX || call == TT_CALL_SEND;
}

static __always_inline __u64 io_key(__u64 conn_id, __u64 object, __u32 pid)
{
	return conn_id ? conn_id : IO_OF_OBJECT | (object ^ (__u64)pid << 40);
}

static __always_inline void io_tell_sums(const struct tt_io *io, __u64 conn_id, __u32 last)
{
	struct tt_ev_io_sums *event = event_reserve(sizeof(*event));

	if (!event)
		return;
	event_head(&event->head, conn_id, TT_EV_IO_SUMS, sizeof(*event));
	event->object = io->object;
	event->pid = io->pid;
	event->file = io->file;
	event->last = last;
	event->missed = io->missed;
	event->dir[0] = io->dir[0];
	event->dir[1] = io->dir[1];
	event_submit(event, 0);
}

/* The connection is over, or tracing is. */
static __always_inline void io_close(__u64 conn_id)
{
	struct tt_io *io;

	if (!tt_config.io)
		return;
	io = bpf_map_lookup_elem(&tt_ios, &conn_id);
	if (!io)
		return;
	io_tell_sums(io, conn_id, 1);
	bpf_map_delete_elem(&tt_ios, &conn_id);
}

/* The object is gone, or says goodbye. */
static __always_inline void io_forget(__u64 object, int gone)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	__u64 key = io_key(0, object, pid);
	struct tt_io *io = tt_config.io ? bpf_map_lookup_elem(&tt_ios, &key) : 0;

	if (!io)
		return;
	io_tell_sums(io, 0, 1);
	if (gone)
		bpf_map_delete_elem(&tt_ios, &key);
}

static __noinline struct tt_io *io_sums(const struct io_call *call)
{
	__u32 pid = bpf_get_current_pid_tgid() >> 32;
	__u64 key = io_key(call->conn_id, call->object, pid);
	struct tt_io *io = bpf_map_lookup_elem(&tt_ios, &key);
	struct tt_io none = { .object = call->conn_id ? 0 : call->object, .pid = pid,
			      .file = call->file, .told_ns = call->ended_ns };

	if (io)
		return io;
	if (bpf_map_update_elem(&tt_ios, &key, &none, BPF_NOEXIST))
		count(TT_COUNT_MAP_FULL);
	return bpf_map_lookup_elem(&tt_ios, &key);
}

static __always_inline void io_count(const struct io_call *call)
{
	struct tt_io *io = io_sums(call);
	struct tt_io_sums *sums;

	if (!io)
		return;
	sums = &io->dir[io_writes(call->call) ? TT_SENT : TT_RECEIVED];
	__sync_fetch_and_add(&sums->calls, 1);
	__sync_fetch_and_add(&sums->blocked_ns, call->took_ns);
	if (call->result < 0)
		__sync_fetch_and_add(&sums->failed, 1);
	else
		__sync_fetch_and_add(&sums->bytes, call->result);
	if (call->conn_id || call->ended_ns - io->told_ns < IO_TELL_NS)
		return;
	io->told_ns = call->ended_ns;
	io_tell_sums(io, 0, 0);
}

static __always_inline void io_fill(struct tt_ev_io *event, const struct io_call *call,
				    __s32 outcome, __u16 size)
{
	event_head(&event->head, call->conn_id, TT_EV_IO, size);
	event->head.time_ns = call->ended_ns;
	event->object = call->object;
	event->pid = bpf_get_current_pid_tgid() >> 32;
	event->tid = bpf_get_current_pid_tgid();
	event->file = call->file;
	event->asked_bytes = call->asked_bytes;
	event->result = call->result;
	event->took_ns = call->took_ns;
	event->outcome = outcome;
	event->call = call->call;
	event->data_bytes = 0;
	event->go_error = event->go_remote = event->pad = 0;
	event->go_alert = -1;
}

/* `most` is a constant, as the verifier wants the size of ring-buffer memory. */
static __always_inline void io_tell_with(const struct io_call *call, __s32 outcome,
					 __u64 bytes, const __u64 most)
{
	struct tt_ev_io *event = event_reserve(sizeof(*event) + most);

	if (!event)
		return;
	io_fill(event, call, outcome, sizeof(*event) + most);
	bytes--;
	asm volatile("" : "+r"(bytes));
	if (most && bytes < most &&
	    !bpf_probe_read_user(event->data, bytes + 1, (const void *)call->buffer))
		event->data_bytes = bytes + 1;
	event_submit(event, 0);
}

static __noinline int io_tell(struct io_call *call, __s32 outcome)
{
	__u64 bytes;

	if (!call)
		return 0;
	bytes = call->result < 0 ? 0 : call->result;
	if (bytes > tt_config.data_bytes)
		bytes = tt_config.data_bytes;
	if (!bytes)
		io_tell_with(call, outcome, 0, 0);
	else if (bytes <= IO_FEW_BYTES)
		io_tell_with(call, outcome, bytes, IO_FEW_BYTES);
	else
		io_tell_with(call, outcome, bytes, TT_DATA_BYTES);
	return 0;
}

static __always_inline struct io_call io_over(const struct tt_library_call *call)
{
	return (struct io_call){ call->object, call->conn_id, call->buffer, call->asked_bytes,
				 call->ended_ns, call->took_ns, call->result, call->file, call->call };
}

/* A call that failed was kept until it is known why. */
static __always_inline void io_flush(struct tt_library_call *call, __s32 outcome)
{
	struct io_call over;

	if (!call->held)
		return;
	call->held = 0;
	over = io_over(call);
	io_tell(&over, outcome);
}

static __always_inline void io_enter(struct pt_regs *ctx, struct tt_library_call *call)
{
	call->began_ns = 0;
	if (!tt_config.io || !io_moves(call->call))
		return;
	if (call->call == TT_CALL_RECV && PT_REGS_PARM4(ctx) & NSPR_PEEK)
		call->call = TT_CALL_PEEK;
	call->buffer = PT_REGS_PARM2(ctx);
	call->asked_bytes = call->flags & TT_SITE_INT && !call->count ? (__u32)PT_REGS_PARM3(ctx)
								      : PT_REGS_PARM3(ctx);
	call->began_ns = bpf_ktime_get_ns();
}

static __always_inline __s64 io_result(const struct tt_library_call *call, __u64 returned)
{
	__u64 bytes = 0;

	if (!(call->flags & TT_SITE_INT))
		return returned;
	if (!(call->flags & TT_SITE_POSITIVE))
		return (__s32)returned;
	if ((__s32)returned <= 0)
		return -1;
	if (!call->count)
		return (__s32)returned;
	return bpf_probe_read_user(&bytes, sizeof(bytes), (const void *)call->count) ? -1
										    : (__s64)bytes;
}

static __always_inline void io_leave(struct pt_regs *ctx, struct tt_library_call *call,
				     const struct tt_site *site)
{
	struct io_call over;

	/* Of another function, or of the same one further down the stack. */
	if (call->frame != PT_REGS_SP(ctx) + site->stack_bytes)
		return;
	call->frame = 0;
	if (!tt_config.io || !call->began_ns)
		return;
	call->ended_ns = bpf_ktime_get_ns();
	call->took_ns = call->ended_ns - call->began_ns;
	call->began_ns = 0;
	call->result = io_result(call, PT_REGS_RC(ctx));
	if (!call->conn_id)
		library_tell_random(call);
	/* Of an object whose connection is not known only the process can be looked at. */
	if (!call->conn_id &&
	    (!call->joined || !process_wanted(bpf_get_current_task_btf())))
		return;
	over = io_over(call);
	if (!io_peeks(call->call))
		io_count(&over);
	if (tt_config.io != TT_IO_EACH)
		return;
	call->held = 1;
	if (call->result >= 0 || !(call->flags & TT_SITE_INT))
		io_flush(call, -1);
}

#endif /* TT_BPF_IO_H */
