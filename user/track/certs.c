/* SPDX-License-Identifier: GPL-2.0-only */
#include "track/certs.h"

#include <string.h>

#include "wire/certificate.h"
#include "wire/digest.h"

#define SETS 256
#define WAYS 4

/* The digest chooses the set; inside a set the most recently used come first. */
static struct certificate *cache[SETS][WAYS];

static void release(struct certificate *c)
{
	if (c && !--c->refs)
		certificate_free(c);
}

static void to_front(struct certificate **set, int way, struct certificate *c)
{
	memmove(set + 1, set, way * sizeof(*set));
	set[0] = c;
}

const struct certificate *certs_get(const uint8_t *der, size_t bytes)
{
	uint8_t digest[32];
	struct certificate **set, *c = NULL;
	int way = 0;

	sha256(der, bytes, digest);
	set = cache[digest[0] % SETS];
	while (way < WAYS && set[way] && memcmp(set[way]->sha256, digest, sizeof(digest)))
		way++;
	if (way < WAYS && set[way]) {
		c = set[way];
	} else {
		c = certificate_parse(der, bytes, digest);
		if (!c)
			return NULL;
		c->refs = 1; /* the cache's */
		if (way == WAYS)
			release(set[--way]);
	}
	to_front(set, way, c);
	c->refs++;
	return c;
}

void certs_put(const struct certificate *certificate)
{
	release((struct certificate *)certificate);
}
