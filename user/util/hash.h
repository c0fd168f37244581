/* SPDX-License-Identifier: GPL-2.0-only */
/* hash.h - a quick hash for tables in memory; no protection but what `seed` gives. */
#ifndef TT_UTIL_HASH_H
#define TT_UTIL_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t hash_bytes(uint64_t seed, const void *bytes, size_t count)
{
	const uint8_t *p = bytes;
	uint64_t hash = seed ^ count, word;

	for (; count >= sizeof(word); p += sizeof(word), count -= sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
		hash ^= hash >> 32;
	}
	word = 0;
	memcpy(&word, p, count);
	hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
	return hash ^ hash >> 32;
}

#endif /* TT_UTIL_HASH_H */
