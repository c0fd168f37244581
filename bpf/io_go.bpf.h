/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* io_go.bpf.h - Conn.Read() and Conn.Write() of crypto/tls: how many, how long, how many bytes. */
#ifndef TT_BPF_IO_GO_H
#define TT_BPF_IO_GO_H

#include "go_errors.bpf.h"
#include "io.bpf.h"

/* A call inside of another connection's is deeper in the stack. */
static __always_inline struct tt_go_io *go_io_free(struct tt_go_call *call, __u64 end, __u64 sp)
{
	return go_inside(&call->io[0].frame, end, sp) ? &call->io[1] : &call->io[0];
}

static __always_inline void go_io_enter(struct tt_go_call *call, const struct pt_regs *ctx,
					__u8 name, __u64 begin, __u64 end)
{
	struct tt_go_io *io = go_io_free(call, end, ctx->sp);
	__u64 bytes = ctx->bx;

	go_enter(&io->frame, ctx->ax, end, ctx->sp);
	io->on_stack = bytes >= begin && bytes < end;
	io->bytes_at = io->on_stack ? end - bytes : bytes;
	io->asked_bytes = ctx->cx;
	io->call = name;
	io->began_ns = bpf_ktime_get_ns();
}

static __always_inline void go_io_fail(const struct io_call *call,
				       const struct go_error *error)
{
	struct tt_ev_io *event = event_reserve(sizeof(*event) + GO_TEXT_MAX + 1);
	__u64 bytes = error->text_bytes;

	if (!event)
		return;
	io_fill(event, call, error->number, sizeof(*event) + GO_TEXT_MAX + 1);
	event->go_error = error->type;
	event->go_alert = error->alert;
	event->go_remote = error->remote;
	if (bytes && error->text) {
		if (bytes > GO_TEXT_MAX)
			bytes = GO_TEXT_MAX;
		bytes &= GO_TEXT_MAX;
		if (!bpf_probe_read_user(event->data, bytes, (const void *)error->text))
			event->data_bytes = bytes;
	}
	event_submit(event, 0);
}

/* The call that ends here, as io.bpf.h wants it. False: its begin was not seen, or it is nobody's. */
static __always_inline int go_io_ended(struct io_call *ended, struct tt_go_io *io,
				       const struct pt_regs *ctx, __u64 end)
{
	if (!go_leaves(&io->frame, end, ctx->sp) || go_word(ctx->sp) != io->frame.returns)
		return 0;
	ended->object = io->frame.object;
	ended->conn_id = go_conn(ended->object);
	ended->call = io->call;
	ended->asked_bytes = io->asked_bytes;
	ended->buffer = io->on_stack ? end - io->bytes_at : io->bytes_at;
	ended->ended_ns = bpf_ktime_get_ns();
	ended->took_ns = ended->ended_ns - io->began_ns;
	/* Bytes that came with an error count; the next call gives it again. */
	ended->result = ctx->bx && (__s64)ctx->ax <= 0 ? -1 : (__s64)ctx->ax;
	io->frame.depth_bytes = 0;
	return ended->conn_id != 0;
}

/*
 * Of more goroutines than are remembered: its begin is forgotten. The place of the first argument,
 * above the return address, names the connection.
 */
static __always_inline void go_io_missed(struct io_call *ended, const struct pt_regs *ctx)
{
	struct tt_io *io;

	ended->conn_id = go_conn(go_word(ctx->sp + 8));
	ended->ended_ns = bpf_ktime_get_ns();
	io = ended->conn_id ? io_sums(ended) : 0;
	if (io)
		io->missed = 1;
}

static __noinline int go_io_end(struct pt_regs *ctx, struct tt_go_call *call,
				const struct tt_go_site *site, __u64 end)
{
	struct go_error error = { .number = -1, .alert = -1 };
	struct io_call ended = { .file = site->file };

	if (!tt_config.io || !call)
		return go_done(); /* and no table is made for it */
	if (!go_io_ended(&ended, &call->io[0], ctx, end) &&
	    !go_io_ended(&ended, &call->io[1], ctx, end)) {
		go_io_missed(&ended, ctx);
		return go_done();
	}
	io_count(&ended);
	if (tt_config.io != TT_IO_EACH)
		return go_done();
	if (ended.result >= 0) {
		io_tell(&ended, -1);
		return go_done();
	}
	go_follow(&error, site->file, go_bias(site, ctx->ip), ctx->bx, ctx->cx);
	go_io_fail(&ended, &error);
	return go_done();
}

#endif /* TT_BPF_IO_GO_H */
