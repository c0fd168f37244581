/* SPDX-License-Identifier: GPL-2.0-only */
#include "sink/community_id.h"

#include <openssl/evp.h>
#include <string.h>

#include "model/roles.h"
#include "util/digests.h"
#include "util/hash.h"

#define IN_BYTES 40 /* of IPv6 */

/* The ID of these bytes, NULL where SHA-1 is forbidden. A connection is told of several times. */
static const char *known(const uint8_t in[IN_BYTES], size_t bytes)
{
	static struct {
		uint8_t in[IN_BYTES];
		char text[40];
	} cache[256], *c;
	uint8_t digest[DIGEST_MAX];

	c = &cache[hash_bytes(0, in, IN_BYTES) % (sizeof(cache) / sizeof(*cache))];
	if (!memcmp(c->in, in, IN_BYTES))
		return c->text;
	if (!digest_of(DIGEST_SHA1, in, bytes, digest))
		return NULL;
	memcpy(c->in, in, IN_BYTES);
	memcpy(c->text, "1:", 2);
	EVP_EncodeBlock((unsigned char *)c->text + 2, digest, 20);
	return c->text;
}

void community_id(struct json *j, const struct conn *c)
{
	const struct endpoint *a = &c->local, *b = &c->remote;
	size_t skip = is_ipv4(a) ? 12 : 0, bytes = 16 - skip, at = 2;
	int order = memcmp(a->address + skip, b->address + skip, bytes);
	uint8_t in[IN_BYTES] = { 0 };
	const char *text;

	if (order > 0 || (order == 0 && a->port > b->port)) {
		a = &c->remote;
		b = &c->local;
	}
	memcpy(in + at, a->address + skip, bytes);
	memcpy(in + at + bytes, b->address + skip, bytes);
	at += 2 * bytes;
	in[at++] = 6;
	in[at++] = 0;
	in[at++] = a->port >> 8;
	in[at++] = a->port & 0xff;
	in[at++] = b->port >> 8;
	in[at++] = b->port & 0xff;
	text = known(in, at);
	if (text)
		json_text(j, "community_id", text);
}
