/* SPDX-License-Identifier: GPL-2.0-only */
#include "source/fragments.h"

#include <stdlib.h>
#include <string.h>

#define PACKETS 64
#define PACKET_BYTES 65536
#define UNIT 8 /* offsets count 8 bytes; only the last fragment has a rest */
#define UNITS (PACKET_BYTES / UNIT)

struct partial {
	struct fragment_key key;
	bool used;
	uint64_t age;
	uint32_t total; /* 0 until the last fragment came */
	uint32_t units; /* that are there */
	uint32_t end;
	uint8_t there[UNITS / 8];
	uint8_t bytes[PACKET_BYTES];
};

struct fragments {
	uint64_t clock, lost;
	struct partial *at[PACKETS]; /* allocated at first use, then kept */
};

struct fragments *fragments_new(void)
{
	return calloc(1, sizeof(struct fragments));
}

/* The partial packet of that key, else a free place, else the oldest one's. */
static struct partial *find(struct fragments *f, const struct fragment_key *key)
{
	struct partial **place = NULL;

	for (int i = 0; i < PACKETS; i++) {
		struct partial *p = f->at[i];

		if (p && p->used && !memcmp(&p->key, key, sizeof(*key)))
			return p;
		if (!place || (*place && (*place)->used && (!p || !p->used || p->age < (*place)->age)))
			place = &f->at[i];
	}
	if (!*place)
		*place = calloc(1, sizeof(**place));
	if (!*place)
		return NULL;
	f->lost += (*place)->used && (*place)->age;
	memset(*place, 0, offsetof(struct partial, bytes));
	(*place)->key = *key;
	(*place)->used = true;
	return *place;
}

static void fill(struct partial *p, uint32_t offset, struct view piece)
{
	for (uint32_t at = 0; at < piece.bytes; at += UNIT) {
		uint32_t unit = (offset + at) / UNIT, bytes = piece.bytes - at;

		if (p->there[unit / 8] & 1 << unit % 8)
			continue;
		memcpy(p->bytes + offset + at, piece.at + at, bytes < UNIT ? bytes : UNIT);
		p->there[unit / 8] |= 1 << unit % 8;
		p->units++;
	}
}

bool fragments_add(struct fragments *f, const struct fragment_key *key, uint32_t offset, bool more,
		   struct view piece, struct view *whole)
{
	struct partial *p;

	if (piece.bytes < piece.wire_bytes || !piece.bytes || (more && piece.bytes % UNIT) ||
	    offset + piece.bytes > PACKET_BYTES)
		return false;
	p = find(f, key);
	if (!p)
		return false;
	p->age = ++f->clock;
	if (!more && !p->total && offset + piece.bytes >= p->end)
		p->total = offset + piece.bytes;
	if (offset + piece.bytes > (p->total ? p->total : PACKET_BYTES))
		return false;
	fill(p, offset, piece);
	if (offset + piece.bytes > p->end)
		p->end = offset + piece.bytes;
	if (!p->total || p->units != (p->total + UNIT - 1) / UNIT)
		return false;
	p->used = false;
	*whole = (struct view){ p->bytes, p->total, p->total };
	return true;
}

uint64_t fragments_lost(const struct fragments *f)
{
	return f->lost;
}

void fragments_free(struct fragments *f)
{
	for (int i = 0; i < PACKETS; i++)
		free(f->at[i]);
	free(f);
}
