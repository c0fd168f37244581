/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* record.bpf.h - the five bytes before each TLS record. */
#ifndef TT_BPF_RECORD_H
#define TT_BPF_RECORD_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#define CCS_BYTES_MAX 320
#define RECORD_BYTES_MAX (16384 + 2048)

enum { TYPE_CCS = 20, TYPE_ALERT = 21, TYPE_HANDSHAKE = 22, TYPE_DATA = 23, TYPE_HEARTBEAT = 24,
       TYPE_SSL2_HELLO = 128 };

static __always_inline int header_plausible(const __u8 *h)
{
	__u32 length = h[3] << 8 | h[4];

	if (h[0] < TYPE_CCS || h[0] > TYPE_HEARTBEAT || h[1] != 3 || h[2] > 4)
		return 0;
	/* One byte; in a renegotiation with IV, MAC and padding around it. */
	if (h[0] == TYPE_CCS && length > CCS_BYTES_MAX)
		return 0;
	return length <= RECORD_BYTES_MAX && (length || h[0] == TYPE_DATA);
}

static __always_inline int may_begin(__u8 first)
{
	return (first >= TYPE_CCS && first <= TYPE_HEARTBEAT) || (first & 0x80);
}

/* SSLv2-compatible ClientHello (RFC 5246 E.2), told as type 128. */
static __always_inline int ssl2_hello(const __u8 *h)
{
	return (h[0] & 0x80) && h[2] == 1 && (h[3] == 3 || h[3] == 0) && h[4] <= 4;
}

#endif /* TT_BPF_RECORD_H */
