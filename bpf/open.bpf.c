/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* open.bpf.c - the sockets that are open when tracing begins, and when it ends. */
#include "maps.bpf.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "io.bpf.h"
#include "owner.bpf.h"
#include "scope.bpf.h"
#include "totals.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* Sockets that were open before tracing began. */
SEC("iter/task_file")
int tt_open_files(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct socket *socket;
	struct tt_sock *s;
	struct sock *sk;
	__u8 state;

	if (!task || !file)
		return 0;
	socket = bpf_sock_from_file(file);
	if (!socket)
		return 0;
	sk = socket->sk;
	if (!sk || sk->sk_protocol != 6)
		return 0;
	state = sk->__sk_common.skc_state;
	if (state != TT_ESTABLISHED && state != TT_LISTEN && state != TT_CLOSE_WAIT)
		return 0;
	if (state != TT_LISTEN && !sock_wanted(sk))
		return 0;
	s = sock_make(sk);
	/* Of several holders the first, or the first that the filters let pass. */
	if (!s || (s->owner.how && (s->owner.how != TT_OWNER_SCAN || s->owner.wanted)))
		return 0;
	owner_fill(&s->owner, task, TT_OWNER_SCAN);
	if (state == TT_LISTEN || s->id)
		return 0;
	sock_midway(s, (struct tcp_sock *)sk);
	return 0;
}

/* At the end: the counters of what is still open. */
SEC("iter/bpf_sk_storage_map")
int tt_open_socks(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct tt_sock *s = ctx->value;

	if (s && s->id && s->announced) {
		io_close(s->id);
		emit_totals(s, TT_EV_TOTALS);
	}
	return 0;
}
