/* SPDX-License-Identifier: GPL-2.0-only */
/* lru.h - a table of bounded size that forgets what was not asked for longest. */
#ifndef TT_UTIL_LRU_H
#define TT_UTIL_LRU_H

#include <stddef.h>
#include <stdint.h>

struct lru;

/* At most `capacity` entries with keys and values of these sizes. NULL when out of memory. */
struct lru *lru_new(size_t capacity, size_t key_bytes, size_t value_bytes);
/* The value of `key`, the newest from now on; NULL: not known. Valid until the next lru_put(). */
void *lru_find(struct lru *lru, const void *key);
/* As lru_find(), and makes a value of zeros when there is none; NULL when out of memory. */
void *lru_put(struct lru *lru, const void *key);
size_t lru_count(const struct lru *lru);
/* Each entry, what was not asked for longest first. */
void lru_each(const struct lru *lru, void (*each)(void *arg, const void *key, const void *value),
	      void *arg);
/* Entries that were forgotten for want of room. */
uint64_t lru_evicted(const struct lru *lru);
void lru_free(struct lru *lru); /* NULL is nothing */

#endif /* TT_UTIL_LRU_H */
