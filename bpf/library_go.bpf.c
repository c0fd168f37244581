/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * library_go.bpf.c - places in crypto/tls of Go programs. Arguments and results are in
 * registers (Go 1.17); an error is followed by its type to what it says.
 */
#include "maps.bpf.h"
#include "library_go.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define ERRORS_DEEP 4 /* one inside the other */
#define METHOD_AT 24  /* runtime.itab: two pointers, a hash, then methods */
#define JUMP_IF_BELOW_OR_EQUAL 0x41 /* carry or zero */
#define NOT_FATAL(alert) ((alert) == 0 || (alert) == 90 || (alert) == 100)
#define REMOTE_ERROR 12 /* bytes of "remote error"; "local error" has one less */
#define LOCAL_ERROR 11

struct go_error {
	__u64 text, text_bytes;
	__s64 number;
	__u32 type; /* of the innermost error that is known */
	__s16 alert;
	__u8 remote, local;
};

/* How far the program was moved when it was loaded. */
static __always_inline __u64 go_bias(const struct tt_go_site *site, __u64 ip)
{
	struct tt_go_key key = { .file = site->file, .number = site->number + 1 };
	struct tt_go_value *value = bpf_map_lookup_elem(&tt_go_addresses, &key);

	return value ? ip - value->address : 0;
}

static __always_inline void go_text(struct go_error *error, __u64 at)
{
	error->text = go_word(at);
	error->text_bytes = go_word(at + 8);
}

/* What the value says, of the shape that it has. The address of an error inside it, or 0. */
static __always_inline __u64 go_say(struct go_error *error, const struct tt_go_value *type,
				    __u64 data)
{
	__u64 at = data + type->offset;
	__u8 byte = 0;

	switch (type->shape) {
	case TT_GO_BYTE:
		if (!bpf_probe_read_user(&byte, 1, (const void *)at))
			error->alert = byte;
		return 0;
	case TT_GO_NUMBER:
		error->number = go_word(at);
		return 0;
	case TT_GO_TEXT:
		go_text(error, at);
		return 0;
	case TT_GO_BOTH:
		error->number = go_word(at);
		go_text(error, at + 8);
		return 0;
	case TT_GO_OPERATION:
		bpf_probe_read_user(&byte, 1, (const void *)go_word(data));
		error->remote = byte == 'r' && go_word(data + 8) == REMOTE_ERROR;
		error->local = byte == 'l' && go_word(data + 8) == LOCAL_ERROR;
		return at;
	case TT_GO_INSIDE:
		return at;
	default:
		return 0;
	}
}

/* An error value, (table of its type's methods, pointer), to what it says. */
static __noinline int go_follow(struct go_error *error, __u32 file, __u64 bias, __u64 table,
				__u64 data)
{
	struct tt_go_key key = { .file = file };

	if (!error)
		return 0;
	for (int i = 0; i < ERRORS_DEEP; i++) {
		struct tt_go_value *type;
		__u64 inside;

		key.address = go_word(table + METHOD_AT) - bias;
		type = bpf_map_lookup_elem(&tt_go_addresses, &key);
		if (!type)
			return 0;
		error->type = type->error;
		inside = go_say(error, type, data);
		if (!inside)
			return 0;
		table = go_word(inside);
		data = go_word(inside + 8);
	}
	return 0;
}

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
		if (bytes > sizeof(event->text) - 1)
			bytes = sizeof(event->text) - 1;
		bytes &= 127;
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

static __always_inline void go_alert(struct tt_go_call *call, const struct tt_go_site *site,
				     __u64 conn, __u8 alert, __u64 end, __u64 sp)
{
	struct go_error error = { .number = -1, .alert = -1 };
	struct tt_ev_library *event;
	__u64 conn_id;

	/* The handshake's error tells more: it comes at its end. */
	if (!NOT_FATAL(alert) && call->handshake.object == conn &&
	    go_inside(&call->handshake, end, sp)) {
		call->alert = alert;
		return;
	}
	conn_id = go_conn(conn);
	if (!conn_id) {
		if (!NOT_FATAL(alert))
			count(TT_COUNT_UNBOUND);
		return;
	}
	if (!NOT_FATAL(alert)) {
		go_tell(conn, conn_id, site->file, TT_CALL_READ, &error, alert, 0, 0);
		return;
	}
	event = go_event(conn, conn_id, site->file, TT_LIBRARY_ALERT, alert);
	if (!event)
		return;
	event->level = 1;
	event_submit(event, 0);
}

static __always_inline void go_handshake_end(struct tt_go_call *call, const struct go_error *error,
					     const struct tt_go_site *site)
{
	__u64 conn_id = go_conn(call->handshake.object);
	__u8 received = call->alert < 0 && error->remote && error->alert >= 0;

	if (!conn_id)
		count(TT_COUNT_UNBOUND);
	else
		go_tell(call->handshake.object, conn_id, site->file, TT_CALL_HANDSHAKE, error,
			received ? error->alert : call->alert, received, 0);
	call->handshake.depth_bytes = 0;
	call->alert = -1;
}

/* io.EOF: the other end's close_notify, or the end of its stream. The wire tells which. */
static __always_inline int go_eof(const struct go_error *error)
{
	char text[3] = {};

	return error->type == TT_GO_ERROR_TEXT && error->text_bytes == sizeof(text) &&
	       !bpf_probe_read_user(text, sizeof(text), (const void *)error->text) &&
	       text[0] == 'E' && text[1] == 'O' && text[2] == 'F';
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
			count(TT_COUNT_UNBOUND);
		return;
	}
	if (object->failed)
		return; /* the error stays, and each read gives it again */
	object->failed = 1;
	go_tell(key.object, object->conn_id, site->file, TT_CALL_READ, error, alert, 1, guessed);
}

static __always_inline void go_end(struct pt_regs *ctx, struct tt_go_call *call,
				   const struct tt_go_site *site, __u64 end, __u64 sp)
{
	struct go_error error = { .number = -1, .alert = -1 };
	struct tt_go_frame *frame = site->kind == TT_GO_READ_END ? &call->read : &call->handshake;
	__u64 table = ctx->ax, data = ctx->bx, ip = ctx->ip;
	int known = go_leaves(frame, end, sp);

	if (known && !table)
		frame->depth_bytes = 0;
	if (!table || (!known && site->kind != TT_GO_READ_END) ||
	    (site->kind == TT_GO_READ_END && go_inside(&call->handshake, end, sp)))
		return;
	go_follow(&error, site->file, go_bias(site, ip), table, data);
	/*
	 * Where its begin is not seen, to keep within the budget, the place of the first
	 * argument, above the return address, names the connection: most likely.
	 */
	if (site->kind == TT_GO_READ_END)
		go_read_end(known ? frame->object : go_word(sp + 8), &error, site, !known);
	else
		go_handshake_end(call, &error, site);
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
#ifdef __TARGET_ARCH_x86
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
	case TT_GO_ALERT:
		go_alert(call, site, conn, ctx->bx, end, sp);
		break;
	default:
		go_end(ctx, call, site, end, sp);
	}
#endif
	return 0;
}
