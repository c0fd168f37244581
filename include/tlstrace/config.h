/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * config.h - every knob of the BPF half, as one struct in .rodata.
 * Zero means "no restriction".
 */
#ifndef TLSTRACE_CONFIG_H
#define TLSTRACE_CONFIG_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

/* What is noted of calls that read or write plaintext. */
enum tt_io_mode { TT_IO_OFF = 0, TT_IO_SUMS = 1, TT_IO_EACH = 2 };

struct tt_config {
	__u64 cgroup_id; /* this cgroup and those below it */
	__u64 host[2];	 /* network order; IPv4 as ::ffff:a.b.c.d */
	__u64 host_mask[2];
	__u32 netns; /* inode number */
	__u32 uid;
	__u16 port;	   /* either end's */
	__u8 every_record; /* emit each header, application data too */
	__u8 reader_hook;  /* a hook sees all that is read: never skip a hole */
	__u8 by_host;
	__u8 by_uid;
	__u8 by_process; /* only processes of tt_processes */
	__u8 follow;	 /* and what they fork */
	__u8 libraries; /* calls into TLS libraries are probed */
	__u8 io;	/* enum tt_io_mode */
	__u16 data_bytes; /* of the plaintext of each call; 0: none is read */
	__u8 secrets;	  /* are told */
	__u8 uprobes_sleep; /* they may wait for a page of the program's */
	__u8 pad[2];
	char comm[16];
};

_Static_assert(sizeof(struct tt_config) == 80, "kernel and user disagree");

#endif /* TLSTRACE_CONFIG_H */
