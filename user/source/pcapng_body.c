/* SPDX-License-Identifier: GPL-2.0-only */
#include "source/pcapng_body.h"

#include <stdio.h>

enum { OPTION_END = 0, IF_TSRESOL = 9, IF_TSOFFSET = 14 };

static bool bad(char *error, const char *why)
{
	snprintf(error, PCAPNG_ERROR, "%s", why);
	return false;
}

/* A negative power of 10, or with the upper bit set of 2. 0: beyond what times can hold. */
static uint64_t per_second(uint8_t resolution)
{
	uint64_t units = 1;

	if (resolution & 0x80)
		return (resolution & 0x7f) < 63 ? 1ULL << (resolution & 0x7f) : 0;
	if (resolution > 18)
		return 0;
	while (resolution--)
		units *= 10;
	return units;
}

static void option(uint16_t number, struct body b, struct interface *out)
{
	if (number == IF_TSRESOL && b.bytes == 1)
		out->per_second = per_second(*b.at);
	if (number == IF_TSOFFSET && b.bytes == 8)
		out->offset_s = (int64_t)((uint64_t)body_u32(&b, b.swapped ? 0 : 4) << 32 |
					  body_u32(&b, b.swapped ? 4 : 0));
}

bool pcapng_interface(struct body b, struct interface *out, char error[PCAPNG_ERROR])
{
	*out = (struct interface){ .per_second = 1000000 };
	if (b.bytes < 8)
		return bad(error, "an interface description is too short");
	out->link_type = body_u16(&b, 0);
	out->snap = body_u32(&b, 4);
	body_skip(&b, 8);
	while (b.bytes >= 4 && body_u16(&b, 0) != OPTION_END) {
		uint16_t number = body_u16(&b, 0);
		size_t bytes = body_u16(&b, 2), padded = (bytes + 3) & ~(size_t)3;

		body_skip(&b, 4);
		if (padded > b.bytes)
			return bad(error, "the length of an interface's option lies");
		option(number, (struct body){ b.at, bytes, b.swapped }, out);
		body_skip(&b, padded);
	}
	return out->per_second ? true : bad(error, "an interface's time resolution is beyond measure");
}

static int64_t time_of(const struct interface *i, uint64_t units)
{
	__int128 ns = (__int128)units * 1000000000 / i->per_second + (__int128)i->offset_s * 1000000000;

	return ns > INT64_MAX ? INT64_MAX : ns < INT64_MIN ? INT64_MIN : (int64_t)ns;
}

bool pcapng_packet(uint32_t type, struct body b, const struct interface *interfaces, uint32_t count,
		   struct pcapng_packet *p, char error[PCAPNG_ERROR])
{
	size_t head = type == PACKET_SIMPLE ? 4 : 20;
	const struct interface *i;
	uint32_t index = 0;

	if (b.bytes < head)
		return bad(error, "a packet block is too short");
	if (type != PACKET_SIMPLE)
		index = type == PACKET ? body_u32(&b, 0) : body_u16(&b, 0);
	if (index >= count) {
		snprintf(error, PCAPNG_ERROR, "a packet of interface %u, of which there are %u", index, count);
		return false;
	}
	i = &interfaces[index];
	p->link_type = i->link_type;
	p->snap = i->snap;
	if (type == PACKET_SIMPLE) {
		p->wire_bytes = body_u32(&b, 0);
		p->bytes = i->snap && i->snap < p->wire_bytes ? i->snap : p->wire_bytes;
	} else {
		p->time_ns = time_of(i, (uint64_t)body_u32(&b, 4) << 32 | body_u32(&b, 8));
		p->bytes = body_u32(&b, 12);
		p->wire_bytes = body_u32(&b, 16);
	}
	body_skip(&b, head);
	p->data = b.at;
	if (p->bytes <= b.bytes)
		return true;
	snprintf(error, PCAPNG_ERROR, "a packet of %u bytes in a block with room for %zu", p->bytes, b.bytes);
	return false;
}
