/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* run.bpf.h - the bytes that one run of a hook shows, wherever they are. */
#ifndef TT_BPF_RUN_H
#define TT_BPF_RUN_H

#include <bpf/bpf_core_read.h>

#include "maps.bpf.h"

extern int bpf_dynptr_from_skb(struct sk_buff *skb, __u64 flags, struct bpf_dynptr *ptr) __ksym
	__weak;

/*
 * One run of one hook. A file that reads packets by dynptr defines
 * TT_READ_DYNPTR, one that reads a process's buffer TT_READ_USER.
 */
struct run {
#if defined(TT_READ_DYNPTR)
	struct bpf_dynptr *ptr;
#elif defined(TT_READ_USER)
	__u64 user; /* address of the first byte */
	__u64 iov;  /* address of the iovec after this one */
	__u32 rest; /* bytes in the iovecs after this one */
#else
	void *skb; /* cgroup_skb's context */
#endif
	struct sock *sk;
	struct tt_sock *s;
	struct stream *st;
	__u32 seq;  /* of the first byte */
	__u32 bytes;
	__u32 base; /* where it is in the packet */
	__u32 dir;
	__u32 filler; /* another hook sees what this one skips */
};

static __always_inline long run_read(struct run *r, __u32 offset, void *to, __u32 bytes)
{
#if defined(TT_READ_DYNPTR)
	return bpf_dynptr_read(to, bytes, r->ptr, r->base + offset, 0);
#elif defined(TT_READ_USER)
	return bpf_probe_read_user(to, bytes, (const void *)(r->user + offset));
#else
	return bpf_skb_load_bytes(r->skb, r->base + offset, to, bytes);
#endif
}

/* The sequence number of the next byte that the machine wants. */
static __always_inline __u32 stream_at(const struct stream *st)
{
	return st->body_left ? st->body_at : st->next;
}

/* The sequence number after the last byte. */
static __always_inline __u32 run_end(const struct run *r)
{
#ifdef TT_READ_USER
	return r->seq + r->bytes + r->rest;
#else
	return r->seq + r->bytes;
#endif
}

#ifdef TT_READ_USER
static __always_inline int iovec_next(struct run *r)
{
	struct iovec v;

	if (!r->rest || bpf_probe_read_kernel(&v, sizeof(v), (const void *)r->iov))
		return 0;
	r->iov += sizeof(v);
	r->user = (__u64)v.iov_base;
	r->seq += r->bytes;
	r->bytes = v.iov_len < r->rest ? v.iov_len : r->rest;
	r->rest -= r->bytes;
	return 1;
}
#endif

#endif /* TT_BPF_RUN_H */
