/* SPDX-License-Identifier: GPL-2.0-only */
#include "util/lru.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "util/hash.h"

struct entry {
	struct entry *next;	     /* of its bucket */
	struct entry *older, *newer; /* by the last use */
	_Alignas(8) uint8_t data[];  /* the value, then the key */
};

struct lru {
	size_t capacity, count, key_bytes, value_bytes;
	uint64_t seed, evicted;
	struct entry *oldest, *newest;
	struct entry **bucket; /* `capacity` of them */
};

struct lru *lru_new(size_t capacity, size_t key_bytes, size_t value_bytes)
{
	struct lru *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->capacity = capacity;
	l->key_bytes = key_bytes;
	l->value_bytes = value_bytes;
	l->bucket = calloc(capacity, sizeof(*l->bucket));
	/* Keys come from the network: without a secret a peer could choose the bucket. */
	if (l->bucket && getrandom(&l->seed, sizeof(l->seed), 0) == sizeof(l->seed))
		return l;
	lru_free(l);
	return NULL;
}

static uint8_t *key_of(const struct lru *l, struct entry *e)
{
	return e->data + l->value_bytes;
}

static struct entry **place(const struct lru *l, const void *key)
{
	struct entry **at = &l->bucket[hash_bytes(l->seed, key, l->key_bytes) % l->capacity];

	while (*at && memcmp(key_of(l, *at), key, l->key_bytes))
		at = &(*at)->next;
	return at;
}

static void unchain(struct lru *l, struct entry *e)
{
	*(e->older ? &e->older->newer : &l->oldest) = e->newer;
	*(e->newer ? &e->newer->older : &l->newest) = e->older;
}

static void append(struct lru *l, struct entry *e)
{
	e->older = l->newest;
	e->newer = NULL;
	*(l->newest ? &l->newest->newer : &l->oldest) = e;
	l->newest = e;
}

void *lru_find(struct lru *l, const void *key)
{
	struct entry *e = *place(l, key);

	if (!e)
		return NULL;
	unchain(l, e);
	append(l, e);
	return e->data;
}

static void forget_oldest(struct lru *l)
{
	struct entry *e = l->oldest, **at = place(l, key_of(l, e));

	*at = e->next;
	unchain(l, e);
	free(e);
	l->count--;
	l->evicted++;
}

void *lru_put(struct lru *l, const void *key)
{
	void *known = lru_find(l, key);
	struct entry *e, **at;

	if (known)
		return known;
	if (l->count == l->capacity)
		forget_oldest(l);
	e = calloc(1, sizeof(*e) + l->value_bytes + l->key_bytes);
	if (!e)
		return NULL;
	memcpy(key_of(l, e), key, l->key_bytes);
	at = place(l, key);
	*at = e;
	append(l, e);
	l->count++;
	return e->data;
}

size_t lru_count(const struct lru *l)
{
	return l->count;
}

void lru_each(const struct lru *l, void (*each)(void *arg, const void *key, const void *value), void *arg)
{
	for (struct entry *e = l->oldest; e; e = e->newer)
		each(arg, key_of(l, e), e->data);
}

uint64_t lru_evicted(const struct lru *l)
{
	return l->evicted;
}

void lru_free(struct lru *l)
{
	if (!l)
		return;
	while (l->oldest) {
		struct entry *e = l->oldest;

		unchain(l, e);
		free(e);
	}
	free(l->bucket);
	free(l);
}
