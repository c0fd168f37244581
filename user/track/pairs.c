/* SPDX-License-Identifier: GPL-2.0-only */
#include "track/pairs.h"

#include <string.h>

#include "util/hash.h"

_Static_assert(sizeof(struct endpoint) == 18, "no padding: its bytes are hashed");

bool same_endpoint(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && !memcmp(a->address, b->address, sizeof(a->address));
}

bool pairs_other_end(const struct conn *c, const struct endpoint *local,
		     const struct endpoint *remote)
{
	return same_endpoint(local, &c->remote) && same_endpoint(remote, &c->local);
}

struct pair *pairs_of(struct track *t, const struct endpoint *a, const struct endpoint *b)
{
	uint64_t both = hash_bytes(t->seed, a, sizeof(*a)) + hash_bytes(t->seed, b, sizeof(*b));

	return &t->pair[both % PAIRS];
}

void pairs_add(struct track *t, struct session *s)
{
	struct pair *pair = pairs_of(t, &s->conn.local, &s->conn.remote);

	s->pair_next = pair->first;
	pair->first = s;
}

void pairs_remove(struct track *t, struct session *s)
{
	struct session **at = &pairs_of(t, &s->conn.local, &s->conn.remote)->first;

	while (*at != s)
		at = &(*at)->pair_next;
	*at = s->pair_next;
}

bool pairs_hellos_differ(const struct conn *c, bool seen, const uint8_t random[TT_RANDOM_BYTES])
{
	return c->client.seen && seen && memcmp(c->client.random, random, TT_RANDOM_BYTES);
}

/* Network namespaces may have the same addresses: more than two ends share them. */
static bool ambiguous(struct track *t, const struct conn *c)
{
	int ends = 0;

	for (const struct session *s = pairs_of(t, &c->local, &c->remote)->first; s; s = s->pair_next)
		ends += pairs_other_end(c, &s->conn.local, &s->conn.remote) ||
			(same_endpoint(&c->local, &s->conn.local) && same_endpoint(&c->remote, &s->conn.remote));
	return ends > 2;
}

const struct session *pairs_next(struct track *t, const struct conn *c, const struct session *from)
{
	const struct session *s = from ? from->pair_next : pairs_of(t, &c->local, &c->remote)->first;

	while (s && (!pairs_other_end(c, &s->conn.local, &s->conn.remote) ||
		     (pairs_hellos_differ(c, s->conn.client.seen, s->conn.client.random) && ambiguous(t, c))))
		s = s->pair_next;
	return s;
}
