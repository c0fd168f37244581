/* SPDX-License-Identifier: GPL-2.0-only */
/* pcapng_body.h - what is inside the blocks of a pcapng file. */
#ifndef TT_SOURCE_PCAPNG_BODY_H
#define TT_SOURCE_PCAPNG_BODY_H

#include <string.h>

#include "source/pcapng.h"

enum pcapng_block { SECTION = 0x0a0d0d0a, INTERFACE = 1, PACKET_OLD = 2, PACKET_SIMPLE = 3, PACKET = 6, SECRETS = 10 };

/* What is left of a block's body, in its section's byte order. */
struct body {
	const uint8_t *at;
	size_t bytes;
	bool swapped;
};

struct interface {
	uint16_t link_type;
	uint32_t snap;
	uint64_t per_second; /* units of time */
	int64_t offset_s;
};

static inline uint16_t body_u16(const struct body *b, size_t at)
{
	uint16_t value;

	memcpy(&value, b->at + at, sizeof(value));
	return b->swapped ? __builtin_bswap16(value) : value;
}

static inline uint32_t body_u32(const struct body *b, size_t at)
{
	uint32_t value;

	memcpy(&value, b->at + at, sizeof(value));
	return b->swapped ? __builtin_bswap32(value) : value;
}

static inline void body_skip(struct body *b, size_t bytes)
{
	b->at += bytes;
	b->bytes -= bytes;
}

/* False with a cause in `error` when lengths lie. */
bool pcapng_interface(struct body b, struct interface *out, char error[PCAPNG_ERROR]);
/*
 * A packet of one of `count` interfaces. p->time_ns is what the caller last saw when the
 * block says none.
 */
bool pcapng_packet(uint32_t type, struct body b, const struct interface *interfaces, uint32_t count,
		   struct pcapng_packet *p, char error[PCAPNG_ERROR]);

#endif /* TT_SOURCE_PCAPNG_BODY_H */
