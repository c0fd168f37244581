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

struct tt_config {
	__u16 port;	    /* either end's */
	__u8 every_record;  /* emit each header, application data too */
	__u8 reader_hook;   /* a hook sees all that is read: never skip a hole */
	__u32 pad;
};

_Static_assert(sizeof(struct tt_config) == 8, "kernel and user disagree");

#endif /* TLSTRACE_CONFIG_H */
