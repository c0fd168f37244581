/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * library_go.bpf.c - places in crypto/tls of Go programs. Arguments and results are in
 * registers (Go 1.17); an error is followed by its type to what it says.
 */
#include "maps.bpf.h"
#include "library_go.bpf.h"
#include "process.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#ifdef __TARGET_ARCH_x86

#include "io_go.bpf.h"

#define JUMP_IF_BELOW_OR_EQUAL 0x41 /* carry or zero */
#define NOT_FATAL(alert) ((alert) == 0 || (alert) == 90 || (alert) == 100)

static __always_inline void go_tell(__u64 object, __u64 conn_id, __u32 file, __u8 call,
				    const struct go_error *error, __s32 alert, __u8 received,
				    __u8 guessed)
{
	struct tt_ev_library *event = go_event(object, conn_id, file, TT_LIBRARY_GO_ERROR, alert);
	__u64 bytes = error->text_bytes;

	if (!event)
		return;
	event->call = call;
	event->level = received;
	event->guessed = guessed;
	event->line = error->type;
	event->verify = error->number;
	if (bytes && error->text) {
		if (bytes > GO_TEXT_MAX)
			bytes = GO_TEXT_MAX;
		bytes &= GO_TEXT_MAX;
		event->text[bytes] = 0;
		if (bpf_probe_read_user(event->text, bytes, (const void *)error->text))
			event->text[0] = 0;
	}
	event_submit(event, 0);
}

static __always_inline struct tt_go_call *go_call_new(struct tt_goroutine *who, __u32 file)
{
	struct tt_go_call fresh = { .alert = -1 };
	struct tt_go_call *call = bpf_map_lookup_elem(&tt_go_calls, who);

	if (!call) {
		bpf_map_update_elem(&tt_go_calls, who, &fresh, BPF_ANY);
		call = bpf_map_lookup_elem(&tt_go_calls, who);
	}
	if (call)
		call->file = file;
	return call;
}

static __noinline int go_alert(struct pt_regs *ctx, struct tt_go_call *call,
			       const struct tt_go_site *site, __u64 end)
{
	__u64 conn = ctx->ax, sp = ctx->sp;
	__u8 alert = ctx->bx;
	struct go_error error = { .number = -1, .alert = -1 };
	struct tt_ev_library *event;
	__u64 conn_id;

	/* The handshake's error tells more: it comes at its end. */
	if (!NOT_FATAL(alert) && call->handshake.object == conn &&
	    go_inside(&call->handshake, end, sp)) {
		call->alert = alert;
		return go_done();
	}
	conn_id = go_conn(conn);
	if (!conn_id) {
		if (!NOT_FATAL(alert))
			count_unbound();
		return go_done();
	}
	if (!NOT_FATAL(alert)) {
		go_tell(conn, conn_id, site->file, TT_CALL_READ, &error, alert, 0, 0);
		return go_done();
	}
	event = go_event(conn, conn_id, site->file, TT_LIBRARY_ALERT, alert);
	if (!event)
		return go_done();
	event->level = 1;
	event_submit(event, 0);
	return go_done();
}

static __always_inline void go_handshake_end(__u64 conn, __s32 alert, const struct go_error *error,
					     const struct tt_go_site *site)
{
	__u64 conn_id = go_conn(conn);
	__u8 received = alert < 0 && error->remote && error->alert >= 0;

	if (!conn_id)
		count_unbound();
	else
		go_tell(conn, conn_id, site->file, TT_CALL_HANDSHAKE, error,
			received ? error->alert : alert, received, 0);
}

/* Only an alert from the other end: what fails here was told when its alert was sent. */
static __always_inline void go_read_end(__u64 conn, const struct go_error *error,
					const struct tt_go_site *site, __u8 guessed)
{
	struct tt_object_key key = object_key(conn);
	struct tt_object *object = bpf_map_lookup_elem(&tt_objects, &key);
	__s32 alert = error->remote ? error->alert : go_eof(error) ? 0 : -1;

	if (alert < 0)
		return;
	if (!object || object->start_ns != process_start()) {
		if (alert)
			count_unbound();
		return;
	}
	if (object->failed)
		return; /* the error stays, and each read gives it again */
	object->failed = 1;
	go_tell(key.object, object->conn_id, site->file, TT_CALL_READ, error, alert, 1, guessed);
}

static __noinline int go_end(struct pt_regs *ctx, struct tt_go_call *call,
			     const struct tt_go_site *site, __u64 end, __u64 sp)
{
	struct go_error error = { .number = -1, .alert = -1 };
	struct tt_go_frame *frame = site->kind == TT_GO_READ_END ? &call->read : &call->handshake;
	__u64 table = ctx->ax, data = ctx->bx, ip = ctx->ip;
	int known = go_leaves(frame, end, sp), reads = site->kind == TT_GO_READ_END;
	__u64 conn = frame->object;
	__s32 alert = call->alert;

	if (known && (!table || !reads))
		frame->depth_bytes = 0;
	if (!table || (!known && !reads) ||
	    (reads && go_inside(&call->handshake, end, sp)))
		return go_done();
	if (!reads)
		call->alert = -1;
	/* It may sleep, and the call's place in the map be another's after that. */
	go_follow(&error, site->file, go_bias(site, ip), table, data);
	/*
	 * Where its begin is not seen, to keep within the budget, the place of the first
	 * argument, above the return address, names the connection: most likely.
	 */
	if (reads)
		go_read_end(known ? conn : go_word(sp + 8), &error, site, !known);
	else
		go_handshake_end(conn, alert, &error, site);
	return go_done();
}

static __always_inline void go_hit(const struct tt_go_site *site)
{
	__u32 file = site->file;
	struct tt_hits *hits = bpf_map_lookup_elem(&tt_hits, &file);

	if (hits)
		__sync_fetch_and_add(site->stepped ? &hits->stepped : &hits->emulated, 1);
	if (!tt_go_seen)
		tt_go_seen = 1;
}

SEC("uprobe")
int tt_library_go(struct pt_regs *ctx)
{
	__u64 cookie = bpf_get_attach_cookie(ctx);
	const struct tt_go_site *site = (const void *)&cookie;
	struct tt_goroutine who = goroutine(ctx->r14);
	__u64 conn = ctx->ax, sp = ctx->sp, end;
	struct tt_object_key key = object_key(conn);
	struct tt_go_call *call;

	go_hit(site);
	if (site->restarts && ctx->flags & JUMP_IF_BELOW_OR_EQUAL)
		return 0;
	call = go_call_new(&who, site->file);
	if (!call)
		return 0;
	end = go_word(who.g + GO_STACK_END);
	switch (site->kind) {
	case TT_GO_HANDSHAKE:
		bpf_map_delete_elem(&tt_objects, &key); /* of an object that was here before */
		go_enter(&call->handshake, conn, end, sp);
		call->alert = -1;
		break;
	case TT_GO_READ:
		go_enter(&call->read, conn, end, sp);
		break;
	case TT_GO_IO_READ:
		go_io_enter(call, ctx, TT_CALL_READ, go_word(who.g), end);
		break;
	case TT_GO_IO_WRITE:
		go_io_enter(call, ctx, TT_CALL_WRITE, go_word(who.g), end);
		break;
	case TT_GO_IO_END:
		return go_io_end(ctx, call, site, end);
	case TT_GO_ALERT:
		return go_alert(ctx, call, site, end);
	default:
		return go_end(ctx, call, site, end, sp);
	}
	return 0;
}

#else

/* Go programs are probed on x86-64 only; user/probe/go.c attaches nothing elsewhere. */
SEC("uprobe")
int tt_library_go(struct pt_regs *ctx)
{
	return 0;
}

#endif
