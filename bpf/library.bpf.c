/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * library.bpf.c - probes on the exported functions of TLS libraries. One program
 * for all: what a site means comes with its cookie. No structure of a library is
 * read, only arguments.
 */
#include "maps.bpf.h"
#include "alerts.bpf.h"
#include "io.bpf.h"
#include "library_gnutls.bpf.h"
#include "library_nss.bpf.h"
#include "secrets.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define OPENSSL_SSL 20		 /* ERR_LIB_SSL */
#define OPENSSL_SHUTDOWN_IN_INIT 407 /* of an SSL_shutdown() after a failure: says nothing */
#define OPENSSL_HTTPS_PROXY 155
#define OPENSSL_HTTP 156
#define OPENSSL_WRONG_VERSION 267
#define BORINGSSL_SSL 16
#define BORINGSSL_SHUTDOWN_IN_INIT 250
#define BORINGSSL_WRONG_VERSION 247 /* the two of HTTP are OpenSSL's */

/* An object that its parent had when it forked: the connection is the same. */
static __always_inline __u64 inherited(struct tt_object_key key)
{
	struct task_struct *parent = bpf_get_current_task_btf()->group_leader->real_parent;
	struct tt_object_key of_parent = { .object = key.object, .pid = parent->tgid };
	struct tt_object *object = bpf_map_lookup_elem(&tt_objects, &of_parent), own;

	if (!object || !object->conn_id ||
	    object->start_ns != parent->group_leader->start_boottime)
		return 0;
	own.conn_id = object->conn_id;
	own.start_ns = process_start();
	bpf_map_update_elem(&tt_objects, &key, &own, BPF_ANY);
	return own.conn_id;
}

static __always_inline void enter(struct pt_regs *ctx, struct tt_library_call *call,
				  const struct tt_site *site)
{
	struct tt_object_key key = object_key(PT_REGS_PARM1(ctx));
	struct tt_object *object = bpf_map_lookup_elem(&tt_objects, &key);

	io_flush(call, -1);
	library_tell_random(call);
	call->object = key.object;
	call->joined = object && object->start_ns == process_start();
	call->conn_id = call->joined ? object->conn_id : inherited(key);
	call->frame = PT_REGS_SP(ctx) + site->stack_bytes;
	call->returns = 0;
	bpf_probe_read_user(&call->returns, sizeof(call->returns), (const void *)call->frame);
	call->file = site->file;
	call->call = site->call;
	call->flags = site->flags;
	call->raised = call->alerted = 0;
	call->verify = -1;
	call->source = call->function = 0;
	call->line = 0;
	call->count = site->call == TT_CALL_READ_EX || site->call == TT_CALL_WRITE_EX ||
				      site->call == TT_CALL_PEEK_EX ?
			      PT_REGS_PARM4(ctx) :
			      0;
	if (site->call == TT_CALL_SHUTDOWN && !call->conn_id)
		io_forget(call->object, 0);
	io_enter(ctx, call);
}

static __always_inline void forget(struct pt_regs *ctx, struct tt_library_call *call)
{
	struct tt_object_key key = object_key(PT_REGS_PARM1(ctx));

	if (call) {
		io_flush(call, -1);
		library_tell_random(call);
	}
	io_forget(key.object, 1);
	bpf_map_delete_elem(&tt_objects, &key);
	if (call && call->object == key.object) {
		call->object = call->conn_id = 0;
		call->frame = 0;
	}
}

/* What begins with no record is no connection yet: the socket that ends next tells which. */
static __always_inline void complain(const struct tt_library_call *call, __s32 code)
{
	struct tt_complaint complaint = { .code = code, .file = call->file };
	__u64 thread = bpf_get_current_pid_tgid();
	__s32 wrong_version = call->flags & TT_SITE_BORING ? BORINGSSL_WRONG_VERSION
							  : OPENSSL_WRONG_VERSION;

	if (code != OPENSSL_HTTP && code != OPENSSL_HTTPS_PROXY && code != wrong_version)
		return;
	complaint.time_ns = bpf_ktime_get_ns();
	bpf_map_update_elem(&tt_complaints, &thread, &complaint, BPF_ANY);
}

/* An error, the first of its call only: what follows wraps it. */
static __noinline int raise(struct tt_library_call *call, __s32 code, __u64 sp)
{
	__u64 conn_id;

	if (!call || call->raised)
		return 0;
	if (library_inside(call, sp)) {
		conn_id = call->conn_id;
	} else {
		conn_id = call->touched;
		call->call = TT_CALL_NONE;
		call->conn_id = 0;
		call->object = 0;
		call->frame = 0;
		call->verify = -1;
	}
	call->raised = 1;
	if (!conn_id) {
		count_unbound();
		complain(call, code);
		library_tell_random(call);
	}
	library_tell(call, TT_LIBRARY_ERROR, code, 0, conn_id);
	call->source = call->function = 0;
	call->line = 0;
	return 0;
}

static __always_inline void place(struct tt_library_call *call, __u64 source, __u32 line,
				  __u64 function)
{
	if (call->raised)
		return;
	call->source = source;
	call->line = line;
	call->function = function;
}

static __always_inline void error_site(struct pt_regs *ctx, struct tt_library_call *call,
				       const struct tt_site *site)
{
	__u32 library = PT_REGS_PARM1(ctx), reason;
	__u8 boring = site->flags & TT_SITE_BORING;

	if (site->kind == TT_SITE_PLACE) {
		place(call, PT_REGS_PARM1(ctx), PT_REGS_PARM2(ctx), PT_REGS_PARM3(ctx));
		return;
	}
	if (site->kind == TT_SITE_SET) {
		if (nss_is_error(library) && library_inside(call, PT_REGS_SP(ctx))) {
			call->file = site->file;
			raise(call, library, PT_REGS_SP(ctx));
		}
		return;
	}
	if (library != (boring ? BORINGSSL_SSL : OPENSSL_SSL))
		return;
	reason = site->kind == TT_SITE_PUT ? PT_REGS_PARM3(ctx) : PT_REGS_PARM2(ctx);
	if (reason == (boring ? BORINGSSL_SHUTDOWN_IN_INIT : OPENSSL_SHUTDOWN_IN_INIT))
		return;
	if (site->kind == TT_SITE_PUT)
		place(call, PT_REGS_PARM4(ctx), PT_REGS_PARM5(ctx), 0);
	call->file = site->file;
	raise(call, reason, PT_REGS_SP(ctx));
}

/*
 * The library wants random bytes for a hello, or for something of its size: they are there
 * when the call is over, and tell which connection it was if nobody saw it read.
 */
static __always_inline void random_site(struct pt_regs *ctx, struct tt_library_call *call,
					const struct tt_site *site)
{
	__u64 first = PT_REGS_PARM1(ctx), second = PT_REGS_PARM2(ctx), third = PT_REGS_PARM3(ctx);
	__u64 bytes, count;

	/* Before the choice: the compiler would choose among addresses in the context. */
	asm volatile("" : "+r"(first), "+r"(second), "+r"(third));
	bytes = site->kind == TT_SITE_RANDOM_EX ? second : first;
	count = site->kind == TT_SITE_RANDOM_EX ? third : (__u32)second;
	if (count != TT_RANDOM_BYTES || !call->object || call->conn_id || call->random[1] ||
	    !library_inside(call, PT_REGS_SP(ctx)))
		return;
	call->random[call->random[0] ? 1 : 0] = bytes;
}

static __always_inline int is_error_site(const struct tt_site *site)
{
	return site->kind == TT_SITE_RAISE || site->kind == TT_SITE_PUT ||
	       site->kind == TT_SITE_PLACE || site->kind == TT_SITE_SET;
}

static __always_inline void gnutls_site(struct pt_regs *ctx, struct tt_library_call *call,
					const struct tt_site *site)
{
	__s32 code = PT_REGS_PARM1(ctx);

	if (site->kind == TT_SITE_ALERT) {
		if (call->conn_id && call->object == PT_REGS_PARM1(ctx))
			library_tell(call, TT_LIBRARY_ALERT, PT_REGS_PARM3(ctx),
				     PT_REGS_PARM2(ctx), call->conn_id);
		return;
	}
	if (code >= 0 || code == GNUTLS_AGAIN || code == GNUTLS_INTERRUPTED)
		return;
	call->alerted = code == GNUTLS_FATAL_ALERT;
	if (library_inside(call, PT_REGS_SP(ctx)))
		raise(call, code, PT_REGS_SP(ctx));
	else
		gnutls_asked(call, code);
}

static __always_inline void count_hit(const struct tt_site *site)
{
	__u32 file = site->file;
	struct tt_hits *hits;

	if (is_error_site(site) && site->kind != TT_SITE_PLACE) {
		count(site->flags & TT_SITE_STEPPED ? TT_COUNT_ERRORS_STEPPED : TT_COUNT_ERRORS);
		return;
	}
	hits = bpf_map_lookup_elem(&tt_hits, &file);
	if (hits)
		__sync_fetch_and_add(site->flags & TT_SITE_STEPPED ? &hits->stepped :
								     &hits->emulated, 1);
}

/* Told if it is bad, or was: a program may go on, and judge by it later. */
static __always_inline void verified(struct tt_library_call *call, __s32 result)
{
	int news = result != call->verify && (result > 0 || call->verify > 0);
	__u8 again = call->verify >= 0;

	if (result < 0)
		return;
	call->verify = result;
	if (news && call->object)
		library_tell(call, TT_LIBRARY_VERDICT, result, again, call->conn_id);
}

static __always_inline void verified_at(struct tt_library_call *call, __u64 address)
{
	__s32 result;

	if (!bpf_probe_read_user(&result, sizeof(result), (const void *)address))
		verified(call, result);
}

SEC("uprobe")
int tt_library(struct pt_regs *ctx)
{
	__u64 cookie = bpf_get_attach_cookie(ctx);
	const struct tt_site *site = (const void *)&cookie;
	struct tt_library_call *call;

	count_hit(site);
	call = library_call(BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (site->kind == TT_SITE_FREE) {
		forget(ctx, call);
		return 0;
	}
	if (!call)
		return 0;
	if (site->kind == TT_SITE_CALL)
		enter(ctx, call, site);
	else if (site->kind == TT_SITE_RETURN)
		io_leave(ctx, call, site);
	else if (site->kind >= TT_SITE_CONTROL && site->kind <= TT_SITE_FINAL)
		alert_site(ctx, call, site);
	else if (site->kind == TT_SITE_KDF)
		secret_site(ctx, call);
	else if (site->kind == TT_SITE_RESULT)
		call->frame = 0;
	else if (site->kind == TT_SITE_OUTCOME)
		io_flush(call, PT_REGS_RC(ctx));
	else if (site->kind == TT_SITE_VERIFIED)
		verified(call, PT_REGS_RC(ctx));
	else if (site->kind == TT_SITE_VERIFIED_AT)
		verified_at(call, PT_REGS_PARM1(ctx) + site->stack_bytes);
	else if (site->kind == TT_SITE_RANDOM || site->kind == TT_SITE_RANDOM_EX)
		random_site(ctx, call, site);
	else if (site->kind == TT_SITE_STATUS)
		gnutls_judges(ctx, call);
	else if (site->kind == TT_SITE_ASKED)
		gnutls_alert_asked(ctx, call);
	else if (site->kind == TT_SITE_ANSWERED)
		gnutls_alert_answered(ctx, call);
	else if (site->kind == TT_SITE_STATUS_END)
		verified(call, gnutls_judged(ctx, call));
	else if (site->kind == TT_SITE_AEAD)
		nss_protects(ctx, call);
	else if (is_error_site(site))
		error_site(ctx, call, site);
	else
		gnutls_site(ctx, call, site);
	return 0;
}
