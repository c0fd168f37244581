/* SPDX-License-Identifier: GPL-2.0-only */
#include "sink/community_id.h"

#include <openssl/evp.h>
#include <string.h>

#include "model/roles.h"
#include "util/digests.h"

void community_id(struct json *j, const struct conn *c)
{
	const struct endpoint *a = &c->local, *b = &c->remote;
	size_t skip = is_ipv4(a) ? 12 : 0, bytes = 16 - skip, at = 2;
	int order = memcmp(a->address + skip, b->address + skip, bytes);
	uint8_t in[64] = { 0 }, digest[DIGEST_MAX];
	char text[64] = "1:";

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
	if (!digest_of(DIGEST_SHA1, in, at, digest))
		return;
	EVP_EncodeBlock((unsigned char *)text + 2, digest, 20);
	json_text(j, "community_id", text);
}
