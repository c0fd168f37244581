/* SPDX-License-Identifier: GPL-2.0-only */
/* pcap.h - packets out of pcap and pcapng files, through libpcap. */
#ifndef TT_SOURCE_PCAP_H
#define TT_SOURCE_PCAP_H

#include "source/link.h"

#define CAPTURE_ERROR 512

struct capture;

/*
 * Open a file, or standard input when `path` is "-". `filter` is an expression as
 * of pcap-filter(7), or "". NULL with a line in `error`; *usage is true when the
 * filter is at fault.
 */
struct capture *capture_open(const char *path, const char *filter, char error[CAPTURE_ERROR],
			     bool *usage);
/* The next packet, to `link`. 1; 0 at the end of the file; -1 with a line in `error`. */
int capture_next(struct capture *capture, struct link *link, char error[CAPTURE_ERROR]);
int64_t capture_time_ns(const struct capture *capture); /* of the last packet; 0: none */
uint64_t capture_packets(const struct capture *capture);
bool capture_is_stream(const struct capture *capture); /* a pipe: more may come later */
void capture_close(struct capture *capture);

#endif /* TT_SOURCE_PCAP_H */
