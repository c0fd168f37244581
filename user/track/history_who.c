/* SPDX-License-Identifier: GPL-2.0-only */
/* history_who.c - addresses and names as hashes. */
#include <ctype.h>
#include <string.h>

#include "model/roles.h"
#include "track/history_parts.h"
#include "util/hash.h"
#include "wire/digest.h"

#define NAME_BYTES 256

/* With the salt before it, so that no list made for another file fits. */
static void make(const struct history *h, const void *bytes, size_t count, uint8_t out[SHORT_HASH])
{
	uint8_t all[SALT_BYTES + NAME_BYTES];

	memcpy(all, h->salt, SALT_BYTES);
	memcpy(all + SALT_BYTES, bytes, count);
	short_hash(all, SALT_BYTES + count, out);
}

/* The same few ends come again and again, and a digest costs more than to compare. */
static void salted(struct history *h, const void *bytes, size_t count, uint8_t out[SHORT_HASH])
{
	struct known *k = &h->known[hash_bytes(0, bytes, count) % KNOWN];

	if (k->count != count || memcmp(k->bytes, bytes, count)) {
		make(h, bytes, count, out);
		if (count > sizeof(k->bytes))
			return;
		k->count = (uint8_t)count;
		memcpy(k->bytes, bytes, count);
		memcpy(k->hash, out, SHORT_HASH);
	}
	memcpy(out, k->hash, SHORT_HASH);
}

struct pair ends_of(struct history *h, const struct conn *c)
{
	struct pair all = { .role = c->role };
	const struct endpoint *server = server_of(c);
	const char *name = c->client.seen ? c->client.server_name : "";
	uint8_t endpoint[sizeof(server->address) + 2];
	char lower[NAME_BYTES];
	size_t count = 0;

	salted(h, client_of(c)->address, sizeof(server->address), all.client);
	memcpy(endpoint, server->address, sizeof(server->address));
	endpoint[sizeof(server->address)] = (uint8_t)(server->port >> 8);
	endpoint[sizeof(server->address) + 1] = (uint8_t)server->port;
	salted(h, endpoint, sizeof(endpoint), all.server);
	for (; name[count] && count < sizeof(lower); count++)
		lower[count] = (char)tolower((unsigned char)name[count]);
	if (count)
		salted(h, lower, count, all.name);
	return all;
}

struct pair pair_of(const struct pair *ends, bool client, bool server)
{
	struct pair pair = { .role = ends->role };

	if (client)
		memcpy(pair.client, ends->client, sizeof(pair.client));
	if (server)
		memcpy(pair.server, ends->server, sizeof(pair.server));
	return pair;
}

struct pair named_server(const struct pair *ends, bool this_name)
{
	struct pair pair = pair_of(ends, false, true);

	pair.named = 1;
	if (this_name)
		memcpy(pair.name, ends->name, sizeof(pair.name));
	return pair;
}
