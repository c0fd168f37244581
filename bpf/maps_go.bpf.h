/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* maps_go.bpf.h - what is kept of Go programs; defined in maps.bpf.c. */
#ifndef TT_BPF_MAPS_GO_H
#define TT_BPF_MAPS_GO_H

#include "maps.bpf.h"

/* A call in a goroutine: where it is, counted from its stack's end, for stacks are moved. */
struct tt_go_frame {
	__u64 object;
	__u64 depth_bytes; /* of the return address, 0: no call */
	__u64 returns;	   /* what is there */
};
/* A call that moves plaintext. */
struct tt_go_io {
	struct tt_go_frame frame;
	__u64 began_ns;
	__u64 bytes_at; /* address; on the goroutine's stack: counted from its end */
	__u64 asked_bytes;
	__u8 call; /* enum tt_call_name */
	__u8 on_stack;
	__u8 pad[6];
};
#define GO_IO_DEEP 2 /* TLS inside TLS */
struct tt_go_call {
	struct tt_go_frame handshake, read;
	struct tt_go_io io[GO_IO_DEEP];
	__s32 alert; /* that the handshake has sent, -1: none */
	__u32 file;
};
struct tt_goroutine {
	__u64 g;
	__u32 pid;
	__u32 pad;
};

struct tt_go_calls_map {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 32768);
	__type(key, struct tt_goroutine);
	__type(value, struct tt_go_call);
};
/* Filled by the user half before a file is probed. */
struct tt_go_addresses_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 131072);
	__type(key, struct tt_go_key);
	__type(value, struct tt_go_value);
};
extern struct tt_go_calls_map tt_go_calls SEC(".maps");
extern struct tt_go_addresses_map tt_go_addresses SEC(".maps");
extern __u32 tt_go_seen; /* some Go program was in a probed function */

#endif /* TT_BPF_MAPS_GO_H */
