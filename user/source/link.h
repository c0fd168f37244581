/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * link.h - a captured packet to TCP segments: link layer, IP, fragments.
 *
 * Checksums are not looked at: where offload is on, captures hold wrong ones.
 * Lengths are believed only as far as bytes were captured.
 */
#ifndef TT_SOURCE_LINK_H
#define TT_SOURCE_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_ACK = 16 };

struct segment {
	int64_t time_ns;
	uint8_t from[16], to[16]; /* IPv4 as ::ffff:a.b.c.d */
	uint16_t from_port, to_port;
	uint32_t seq, ack;
	uint8_t flags;
	uint8_t family;	     /* AF_INET or AF_INET6 */
	const uint8_t *data; /* valid during the call */
	uint32_t bytes;	     /* captured */
	uint32_t wire_bytes; /* sent: more than that where the capture cut the packet */
};

/* Bytes still to be read of one packet. */
struct view {
	const uint8_t *at;
	uint32_t bytes;	     /* captured */
	uint32_t wire_bytes; /* sent, >= bytes */
};

struct link;

/* `segment` is called for each TCP segment. NULL when out of memory. */
struct link *link_new(void (*segment)(void *arg, const struct segment *segment), void *arg);
/* Whether packets of that DLT_ are understood. */
bool link_known(int type);
/* One packet of a known type: `bytes` captured of `wire_bytes`. */
void link_packet(struct link *link, int type, int64_t time_ns, const uint8_t *data, uint32_t bytes,
		 uint32_t wire_bytes);
/* Packets that fragments of others pushed out before they were whole. */
uint64_t link_fragments_lost(const struct link *link);
void link_free(struct link *link);

/* Move past n bytes; false when they are not all there. */
static inline bool view_skip(struct view *v, uint32_t n)
{
	if (v->bytes < n)
		return false;
	v->at += n;
	v->bytes -= n;
	v->wire_bytes -= n;
	return true;
}

/* What is left is at most n bytes: what follows is padding. */
static inline void view_limit(struct view *v, uint32_t n)
{
	v->wire_bytes = n;
	if (v->bytes > n)
		v->bytes = n;
}

static inline uint16_t be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t be32(const uint8_t *p)
{
	return (uint32_t)be16(p) << 16 | be16(p + 2);
}

#endif /* TT_SOURCE_LINK_H */
