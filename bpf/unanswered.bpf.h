/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* unanswered.bpf.h - plain text that a server of TLS left without an answer. */
#ifndef TT_BPF_UNANSWERED_H
#define TT_BPF_UNANSWERED_H

#include "first.bpf.h"

static __always_inline struct stream *stream_of(struct tt_sock *s, int server)
{
	return &s->stream[(s->tcp_role == TT_TCP_ACTIVE) == server ? TT_RECEIVED : TT_SENT];
}

/* The thread that read from the socket had its library say, since then, that this is no TLS. */
static __noinline int emit_complaint(struct tt_sock *s, struct sock *sk)
{
	struct tt_complaint *complaint;
	struct tt_ev_library *event;
	__u64 thread;

	if (!s || !sk)
		return 0;
	thread = (__u64)s->owner.pid << 32 | s->owner.tid;
	complaint = bpf_map_lookup_elem(&tt_complaints, &thread);
	if (!complaint || complaint->time_ns < s->established_ns)
		return 0;
	if (!s->announced)
		emit_plain(s, sk, TT_FIRST_IN_LIBRARY);
	server_speaks_tls(s, sk, SERVER_COMPLAINED);
	event = event_reserve(sizeof(*event));
	if (!event)
		return 1;
	__builtin_memset(event, 0, sizeof(*event));
	event_head(&event->head, s->id, TT_EV_LIBRARY, sizeof(*event));
	event->pid = s->owner.pid;
	event->file = complaint->file;
	event->code = complaint->code;
	event->verify = -1;
	event->fact = TT_LIBRARY_ERROR;
	event->guessed = 1;
	event_submit(event, 0);
	bpf_map_delete_elem(&tt_complaints, &thread);
	return 1;
}

/* PostgreSQL's request for TLS, and N. */
static __always_inline int request_refused(const struct stream *client, struct stream *server)
{
	__u64 request;

	__builtin_memcpy(&request, client->first, sizeof(request));
	if (server->head_bytes != 1 || server->head[0] != 'N' || client->first_bytes != 8 ||
	    request != __builtin_bswap64(0x0000000804d2162fULL))
		return 0;
	server->first[0] = 'N';
	server->first_bytes = 1;
	return 1;
}

/*
 * The connection is over; the client's bytes were no TLS, or did not begin with it. It
 * matters if the server answered nothing, and its library complained or it speaks TLS with
 * others.
 */
static __noinline int emit_unanswered(struct tt_sock *s, struct sock *sk)
{
	struct stream *client, *server;
	struct tt_server_key key;
	__u8 *known;

	if (!s || !sk || s->tcp_role == TT_TCP_UNKNOWN)
		return 0;
	client = stream_of(s, 0);
	server = stream_of(s, 1);
	if (!client->first_bytes || server->totals.records || server->first_bytes)
		return 0;
	if (s->tcp_role == TT_TCP_PASSIVE && emit_complaint(s, sk))
		return 1;
	if (s->announced || server->state != STREAM_NEW)
		return 0;
	if (request_refused(client, server)) {
		emit_plain(s, sk, TT_FIRST_ANSWER);
		return 1;
	}
	if (server->head_bytes || !server_of(s, sk, &key))
		return 0;
	known = bpf_map_lookup_elem(&tt_servers, &key);
	if (!known)
		return 0;
	emit_plain(s, sk, *known == SERVER_SHOOK_HANDS ? TT_FIRST_AT_TLS : TT_FIRST_IN_LIBRARY);
	return 1;
}

#endif /* TT_BPF_UNANSWERED_H */
