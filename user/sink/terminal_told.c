/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "model/roles.h"
#include "sink/terminal_parts.h"
#include "util/text.h"

#define REMEMBERED 1024

/* Without a ClientHello the two ends are of one connection if they began together. */
#define TOGETHER_NS 1000000000LL

/* A connection by the random of its ClientHello: of this and no other one. */
static struct entry {
	bool used;
	int64_t first_ns;
	uint8_t random[32];
	struct endpoint client, server;
	struct told ends[2];
} table[REMEMBERED];

static bool same_endpoint(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && !memcmp(a->address, b->address, sizeof(a->address));
}

static struct entry *find(const struct conn *c)
{
	struct entry *e;
	uint32_t at;

	memcpy(&at, c->client.random, sizeof(at));
	e = &table[(at ^ client_of(c)->port) % REMEMBERED];
	if (e->used && !memcmp(e->random, c->client.random, sizeof(e->random)) &&
	    (c->client.seen || llabs(c->first_ns - e->first_ns) < TOGETHER_NS) &&
	    same_endpoint(&e->client, client_of(c)) && same_endpoint(&e->server, server_of(c)))
		return e;
	*e = (struct entry){ .used = true, .first_ns = c->first_ns, .client = *client_of(c), .server = *server_of(c) };
	memcpy(e->random, c->client.random, sizeof(e->random));
	return e;
}

struct told *told_by(const struct conn *c, const struct told **other)
{
	static struct told unknown;
	struct told *own;
	struct entry *e;

	*other = NULL;
	unknown = (struct told){ .id = c->id };
	if (!c->client.seen && !c->never_tls)
		return &unknown;
	e = find(c);
	own = &e->ends[c->role == ROLE_SERVER];
	if (own->id != c->id)
		*own = (struct told){ .id = c->id };
	own->pid = c->process->pid;
	memcpy(own->comm, c->process->comm, strnlen(c->process->comm, sizeof(own->comm) - 1));
	if (e->ends[c->role != ROLE_SERVER].id)
		*other = &e->ends[c->role != ROLE_SERVER];
	return own;
}

void told_code(struct told *own, const char *code)
{
	for (size_t i = 0; i < sizeof(own->codes) / sizeof(*own->codes); i++)
		if (!own->codes[i]) {
			own->codes[i] = code;
			return;
		}
}

bool told_has(const struct told *t, const char *code)
{
	for (size_t i = 0; t && i < sizeof(t->codes) / sizeof(*t->codes) && t->codes[i]; i++)
		if (!strcmp(t->codes[i], code))
			return true;
	return false;
}

void terminal_other_end(FILE *out, const struct told *told)
{
	fputs("the other end", out);
	if (!told->pid)
		return;
	fputs(" of ", out);
	terminal_text(out, told->comm);
	fprintf(out, "[%u]", told->pid);
}
