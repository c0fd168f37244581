/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tcp.h - segments to connections to the events of include/tlstrace/event.h.
 *
 * What the kernel half knows of its own sockets is found out from packets: the
 * "local" end is the one that sent the SYN, else the ClientHello, else the one
 * with the higher port. Times are those of the capture.
 */
#ifndef TT_SOURCE_TCP_H
#define TT_SOURCE_TCP_H

#include "source/link.h"

struct tcp_config {
	bool every_record; /* tell of each header, application data too */
	bool sealed;	   /* tell bodies that only keys can read */
	uint16_t port;	   /* 0: any; either end's */
	uint64_t host[2], host_mask[2]; /* network order; zeros: any */
};

struct tcp_counts {
	uint64_t segments;
	uint64_t gaps;	      /* directions of TLS whose position was lost */
	uint64_t not_tls;     /* connections with data and no TLS in it */
	uint64_t conflicts;   /* bytes sent again that differ from the first ones */
	uint64_t given_up;    /* connections, for want of room */
	uint64_t holes;	      /* in sequence space, that nothing filled */
};

struct tcp;

/* `event` is called with each struct tt_event and its size. NULL: out of memory. */
struct tcp *tcp_new(const struct tcp_config *config,
		    void (*event)(void *arg, const void *event, size_t bytes), void *arg);
/* One segment; `tcp` is a struct tcp, as callbacks want it. */
void tcp_segment(void *tcp, const struct segment *segment);
/* From now on tell bodies that only keys can read too. */
void tcp_unseal(struct tcp *tcp);
/* It is this late, though the packet that says so is of no connection here. */
void tcp_time(struct tcp *tcp, int64_t time_ns);
/* Nothing will cross a reset any more: those that were reset are over. */
void tcp_idle(struct tcp *tcp);
/* No more packets: what waits for missing bytes waits no longer. */
void tcp_end(struct tcp *tcp);
const struct tcp_counts *tcp_counts(const struct tcp *tcp);
void tcp_free(struct tcp *tcp);

#endif /* TT_SOURCE_TCP_H */
