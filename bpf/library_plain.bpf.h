/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* library_plain.bpf.h - what a TLS library reads that is no TLS. */
#ifndef TT_BPF_LIBRARY_PLAIN_H
#define TT_BPF_LIBRARY_PLAIN_H

#include "first.bpf.h"
#include "library.bpf.h"

/*
 * What current read is no TLS. In a call of a library that expects it to be, its errors are
 * of this connection. To all who are in no such call this costs nothing but the question.
 */
static __always_inline void library_reads_plain(struct tt_sock *s, struct sock *sk)
{
	struct tt_library_call *call;

	if (!tt_config.libraries || s->stream[TT_RECEIVED].state != STREAM_PROBE)
		return;
	call = library_call(0);
	if (!call || (call->frame && call->conn_id == s->id))
		return;
	call->touched = 0; /* an error outside of every call is not an older connection's */
	call->raised = 0;
	if (!call->frame || !library_calls_now(call))
		return;
	if (!s->announced) {
		emit_plain(s, sk, TT_FIRST_IN_LIBRARY);
		server_speaks_tls(s, sk, SERVER_COMPLAINED);
	}
	library_bind(s, call);
}

#endif /* TT_BPF_LIBRARY_PLAIN_H */
