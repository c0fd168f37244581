/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* scope.bpf.h - which sockets the options let pass. */
#ifndef TT_BPF_SCOPE_H
#define TT_BPF_SCOPE_H

#include <bpf/bpf_core_read.h>

#include "maps.bpf.h"

/* Addresses in the one form that events and --host use. */
static __always_inline void sock_addresses(struct sock *sk, __u8 local[16], __u8 remote[16])
{
	struct sock_common *c = &sk->__sk_common;

	__builtin_memset(local, 0, 16);
	__builtin_memset(remote, 0, 16);
	if (BPF_CORE_READ(c, skc_family) == 2) {
		*(__u16 *)(local + 10) = 0xffff;
		*(__u16 *)(remote + 10) = 0xffff;
		*(__u32 *)(local + 12) = BPF_CORE_READ(c, skc_rcv_saddr);
		*(__u32 *)(remote + 12) = BPF_CORE_READ(c, skc_daddr);
	} else {
		bpf_core_read(local, 16, &c->skc_v6_rcv_saddr.in6_u.u6_addr8);
		bpf_core_read(remote, 16, &c->skc_v6_daddr.in6_u.u6_addr8);
	}
}

static __always_inline int in_host(const __u64 address[2])
{
	return ((address[0] ^ tt_config.host[0]) & tt_config.host_mask[0]) == 0 &&
	       ((address[1] ^ tt_config.host[1]) & tt_config.host_mask[1]) == 0;
}

/* Both ends' addresses and ports must be known: from ESTABLISHED on. */
static __always_inline int sock_wanted(struct sock *sk)
{
	struct sock_common *c = &sk->__sk_common;
	__u16 port = tt_config.port;

	if (port && BPF_CORE_READ(c, skc_num) != port &&
	    BPF_CORE_READ(c, skc_dport) != __builtin_bswap16(port))
		return 0;
	if (tt_config.netns && BPF_CORE_READ(c, skc_net.net, ns.inum) != tt_config.netns)
		return 0;
	if (tt_config.by_host) {
		__u64 local[2], remote[2];

		sock_addresses(sk, (__u8 *)local, (__u8 *)remote);
		return in_host(local) || in_host(remote);
	}
	return 1;
}

#endif /* TT_BPF_SCOPE_H */
