/* SPDX-License-Identifier: GPL-2.0-only */
/* fragments.h - IP fragments to whole packets, within a fixed amount of memory. */
#ifndef TT_SOURCE_FRAGMENTS_H
#define TT_SOURCE_FRAGMENTS_H

#include "source/link.h"

struct fragment_key {
	uint8_t from[16], to[16];
	uint32_t id;
	uint8_t protocol, family;
	uint8_t pad[2];
};

struct fragments;

struct fragments *fragments_new(void); /* NULL when out of memory */
/*
 * Bytes `offset`... of a packet's payload; `more` when others follow it. True when the
 * payload is whole: *whole then views memory that stays until the next call. Where
 * fragments overlap the first one wins. One that the capture cut makes none.
 */
bool fragments_add(struct fragments *f, const struct fragment_key *key, uint32_t offset, bool more,
		   struct view piece, struct view *whole);
uint64_t fragments_lost(const struct fragments *f); /* packets given up */
void fragments_free(struct fragments *f);

#endif /* TT_SOURCE_FRAGMENTS_H */
