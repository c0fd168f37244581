/* SPDX-License-Identifier: GPL-2.0-only */
/* pcap.h - packets out of captures: pcap through libpcap, pcapng through pcapng.h, either in gzip. */
#ifndef TT_SOURCE_PCAP_H
#define TT_SOURCE_PCAP_H

#include "source/link.h"
#include "source/pcapng.h"

#define CAPTURE_ERROR 512

struct capture;

/*
 * Open a file, or standard input when `path` is "-". `filter` is an expression as of
 * pcap-filter(7), or ""; it and `path` stay the caller's. `found`, or NULL, is told of TLS
 * secrets when they come. NULL with a line in `error`; *usage is true when the filter is at fault.
 */
struct capture *capture_open(const char *path, const char *filter, pcapng_secrets *found, void *arg,
			     char error[CAPTURE_ERROR], bool *usage);
/* The next packet, to `link`. 1; 0 at the end of the file; -1 with a line in `error`. */
int capture_next(struct capture *capture, struct link *link, char error[CAPTURE_ERROR]);
int64_t capture_time_ns(const struct capture *capture); /* of the last packet; 0: none */
uint64_t capture_packets(const struct capture *capture); /* before the filter */
/* Packets of interfaces whose link type is not understood; *type is the last of these. */
uint64_t capture_strange(const struct capture *capture, int *type);
bool capture_is_stream(const struct capture *capture); /* a pipe: more may come later */
/*
 * From now on `idle` is called, within capture_next(), whenever a pipe has been silent for a
 * second. What returns false ends the capture there, in the middle of a packet or not.
 */
void capture_on_idle(struct capture *capture, bool (*idle)(void *arg), void *arg);
void capture_close(struct capture *capture);

#endif /* TT_SOURCE_PCAP_H */
