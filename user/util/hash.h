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
	uint64_t hash = seed ^ count, word, lane[4] = { 1, 2, 3, 4 };

	/* A multiplication takes several cycles, but four of them run side by side. */
	for (; count >= sizeof(lane); count -= sizeof(lane))
		for (int i = 0; i < 4; i++, p += sizeof(word)) {
			memcpy(&word, p, sizeof(word));
			lane[i] = (lane[i] ^ word) * 0x9e3779b97f4a7c15ULL;
			lane[i] ^= lane[i] >> 32;
		}
	for (int i = 0; i < 4; i++)
		hash = (hash ^ lane[i]) * 0xbf58476d1ce4e5b9ULL;
	for (; count >= sizeof(word); p += sizeof(word), count -= sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
		hash ^= hash >> 32;
	}
	word = 0;
	memcpy(&word, p, count);
	hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
	/* Once more, or the low bits of short keys would depend on few of theirs. */
	hash = (hash ^ hash >> 32) * 0xbf58476d1ce4e5b9ULL;
	return hash ^ hash >> 29;
}

#endif /* TT_UTIL_HASH_H */
