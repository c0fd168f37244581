/* SPDX-License-Identifier: GPL-2.0-only */
/* filter.h - one filter expression for packets of several link types, through libpcap. */
#ifndef TT_SOURCE_FILTER_H
#define TT_SOURCE_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#define FILTER_ERROR 256

struct filter;

/* `text` as of pcap-filter(7), "" for none; it stays the caller's. NULL when out of memory. */
struct filter *filter_new(const char *text);
/* Make it ready for a DLT_. False: it is no filter, or none for this type; `error` says why. */
bool filter_ready(struct filter *filter, int type, char error[FILTER_ERROR]);
/* Whether a packet of a type that it is ready for passes. */
bool filter_passes(const struct filter *filter, int type, const uint8_t *data, uint32_t bytes,
		   uint32_t wire_bytes);
void filter_free(struct filter *filter);

#endif /* TT_SOURCE_FILTER_H */
