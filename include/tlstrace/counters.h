/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* counters.h - what the BPF half counts, one per-CPU cell each. */
#ifndef TLSTRACE_COUNTERS_H
#define TLSTRACE_COUNTERS_H

enum tt_counter {
	TT_COUNT_RING_FULL, /* events lost: the ring was full */
	TT_COUNT_MAP_FULL,  /* sockets not followed: no storage */
	TT_COUNT_TRUNCATED, /* handshake bodies beyond TT_FLIGHT_BYTES */
	TT_COUNT_GAP,	    /* stream position lost, directions */
	TT_COUNT_NOT_TLS,   /* connections that turned out not to be TLS */
	TT_COUNT_UNBOUND,   /* library errors of no connection that is known */
	TT_COUNT_ERRORS,    /* probes on errors that were passed; the dear ones */
	TT_COUNT_ERRORS_STEPPED,
	TT_COUNT_MAX,
};

#endif /* TLSTRACE_COUNTERS_H */
