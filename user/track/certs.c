/* SPDX-License-Identifier: GPL-2.0-only */
#include "track/certs.h"

#include <stdlib.h>
#include <string.h>

#include "util/hash.h"
#include "wire/certificate.h"
#include "wire/digest.h"

#define SETS 256
#define WAYS 4
#define KEPT_BYTES 16384 /* a larger one is parsed each time */

struct slot {
	struct certificate *certificate; /* NULL: empty */
	uint8_t *der;
	size_t bytes;
};

/* A quick hash chooses the set; inside a set the most recently used come first. */
static struct slot cache[SETS][WAYS];

static void release(struct certificate *c)
{
	if (c && !--c->refs)
		certificate_free(c);
}

static void to_front(struct slot *set, int way, struct slot slot)
{
	memmove(set + 1, set, way * sizeof(*set));
	set[0] = slot;
}

static struct certificate *parse(const uint8_t *der, size_t bytes)
{
	uint8_t digest[32];
	struct certificate *c;

	sha256(der, bytes, digest);
	c = certificate_parse(der, bytes, digest);
	if (c)
		c->refs = 1;
	return c;
}

/* In place of the one that was not used for longest. */
static void keep(struct slot *set, struct certificate *c, const uint8_t *der, size_t bytes)
{
	struct slot slot = { c, bytes <= KEPT_BYTES ? malloc(bytes) : NULL, bytes };

	if (!slot.der)
		return;
	memcpy(slot.der, der, bytes);
	c->refs++;
	release(set[WAYS - 1].certificate);
	free(set[WAYS - 1].der);
	to_front(set, WAYS - 1, slot);
}

const struct certificate *certs_get(const uint8_t *der, size_t bytes)
{
	struct slot *set = cache[hash_bytes(0, der, bytes) % SETS];
	struct certificate *c;

	for (int way = 0; way < WAYS && set[way].certificate; way++)
		if (set[way].bytes == bytes && !memcmp(set[way].der, der, bytes)) {
			c = set[way].certificate;
			to_front(set, way, set[way]);
			c->refs++;
			return c;
		}
	c = parse(der, bytes);
	if (c)
		keep(set, c, der, bytes);
	return c;
}

void certs_put(const struct certificate *certificate)
{
	release((struct certificate *)certificate);
}
