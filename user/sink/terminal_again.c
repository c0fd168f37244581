/* SPDX-License-Identifier: GPL-2.0-only */
/* terminal_again.c - the same failure over and over is told in full a few times a minute. */
#include <ctype.h>
#include <string.h>

#include "model/roles.h"
#include "sink/terminal_parts.h"
#include "util/hash.h"

#define REMEMBERED 256
#define IN_FULL 3
#define FULL_AGAIN_NS (60 * 1000000000LL)

static struct failure {
	uint64_t hash;
	int64_t first_ns; /* of this minute */
	unsigned int count;
} failures[REMEMBERED];

/* Times, ports and counts are no difference: digits are left out. */
static uint64_t hash_words(uint64_t hash, const char *text)
{
	char words[SENTENCE_BYTES];
	size_t used = 0;

	for (; *text && used < sizeof(words); text++)
		if (!isdigit((unsigned char)*text))
			words[used++] = *text;
	return hash_bytes(hash, words, used);
}

static uint64_t hash_of(const struct conn *c, const struct finding *f)
{
	const struct endpoint *server = server_of(c);
	uint64_t hash = hash_bytes(c->role, client_of(c)->address, sizeof(server->address));

	hash = hash_bytes(hash, server->address, sizeof(server->address));
	hash = hash_bytes(hash ^ server->port, c->process->comm, strlen(c->process->comm));
	hash = hash_bytes(hash, c->client.server_name, strlen(c->client.server_name));
	hash = hash_words(hash, f->code);
	hash = hash_words(hash, f->title);
	for (int i = 0; i < f->evidence.count; i++)
		hash = hash_words(hash, f->evidence.text[i]);
	return hash;
}

unsigned int terminal_again(const struct fact *fact, const struct finding *f, int64_t *first_ns)
{
	uint64_t hash = hash_of(fact->conn, f);
	struct failure *known = &failures[hash % REMEMBERED];
	int64_t age = fact->time_ns - known->first_ns;

	if (known->hash != hash || age < 0 || age >= FULL_AGAIN_NS) {
		*known = (struct failure){ .hash = hash, .first_ns = fact->time_ns, .count = 1 };
		return 0;
	}
	*first_ns = known->first_ns;
	return ++known->count > IN_FULL ? known->count : 0;
}
