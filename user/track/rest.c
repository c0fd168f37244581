/* SPDX-License-Identifier: GPL-2.0-only */
#include "track/rest.h"

#include <stdlib.h>
#include <string.h>

#include "track/pairs.h"

#define WORDS ((sizeof(struct session) - KEPT_BYTES) / sizeof(uint64_t))
/* What the table and the order need of a packed one stays where it is. */
#define KEPT_BYTES (offsetof(struct session, conn) + sizeof(uint64_t))

_Static_assert(!offsetof(struct conn, id), "the ID comes first");
_Static_assert(KEPT_BYTES % sizeof(uint64_t) == 0 && sizeof(struct session) % sizeof(uint64_t) == 0,
	       "the rest is whole words");

/* The words that are not zero, and where they belong. */
struct packed {
	uint8_t kept[KEPT_BYTES];
	uint64_t set[(WORDS + 63) / 64];
	uint64_t word[];
};

void rest_newest(struct track *t, struct session *s)
{
	s->older = t->newest;
	s->newer = NULL;
	*(t->newest ? &t->newest->newer : &t->oldest) = s;
	t->newest = s;
	s->passed = false;
	t->awake++;
	if (!t->next_to_rest)
		t->next_to_rest = s;
}

void rest_remove(struct track *t, struct session *s)
{
	*(s->older ? &s->older->newer : &t->oldest) = s->newer;
	*(s->newer ? &s->newer->older : &t->newest) = s->older;
	if (t->next_to_rest == s)
		t->next_to_rest = s->newer;
	t->awake -= !s->passed;
}

/* `s` takes the place of what was at `from` in the bucket and in the order. */
static void moved(struct track *t, struct session **at, const struct session *from, struct session *s)
{
	*at = s;
	*(s->older ? &s->older->newer : &t->oldest) = s;
	*(s->newer ? &s->newer->older : &t->newest) = s;
	if (t->next_to_rest == from)
		t->next_to_rest = s;
}

static uint64_t word_of(const struct session *s, size_t i)
{
	uint64_t word;

	memcpy(&word, (const uint8_t *)s + KEPT_BYTES + i * sizeof(word), sizeof(word));
	return word;
}

static struct packed *pack(const struct session *s)
{
	size_t count = 0;
	struct packed *p;

	for (size_t i = 0; i < WORDS; i++)
		count += word_of(s, i) != 0;
	p = calloc(1, sizeof(*p) + count * sizeof(*p->word));
	if (!p)
		return NULL;
	memcpy(p->kept, s, KEPT_BYTES);
	count = 0;
	for (size_t i = 0; i < WORDS; i++)
		if (word_of(s, i)) {
			p->set[i / 64] |= 1ULL << i % 64;
			p->word[count++] = word_of(s, i);
		}
	return p;
}

static void rest_one(struct track *t, struct session *s)
{
	struct session **at = &t->bucket[s->conn.id % BUCKETS], *packed;

	/* One that may still stall is looked at every second. */
	if (!s->reported)
		return;
	/* Long established: what it could be compared by is room for those that begin. */
	if (s->conn.established)
		ledger_settle(s->ledger, &t->budget);
	while (*at != s)
		at = &(*at)->next;
	packed = (struct session *)pack(s);
	if (!packed)
		return;
	pairs_remove(t, s);
	packed->packed = true;
	moved(t, at, s, packed);
	free(s);
}

void rest_pack(struct track *t)
{
	while (t->awake > AWAKE) {
		struct session *s = t->next_to_rest;

		t->next_to_rest = s->newer;
		t->awake--;
		s->passed = true;
		rest_one(t, s);
	}
}

bool rest_wake(struct track *t, struct session **at)
{
	const struct packed *p = (const struct packed *)*at;
	const uint64_t *word = p->word;
	struct session *s, *from = *at;

	if (!from->packed)
		return true;
	s = calloc(1, sizeof(*s));
	if (!s) {
		*at = from->next;
		rest_remove(t, from);
		t->open--;
		free(from);
		return false;
	}
	memcpy(s, p->kept, KEPT_BYTES);
	s->packed = false;
	for (size_t i = 0; i < WORDS; i++)
		if (p->set[i / 64] >> i % 64 & 1)
			memcpy((uint8_t *)s + KEPT_BYTES + i * sizeof(*word), word++, sizeof(*word));
	moved(t, at, from, s);
	pairs_add(t, s);
	free(from);
	return true;
}
