/* SPDX-License-Identifier: GPL-2.0-only */
#include "track/objects.h"

#include <string.h>

#define CLIENT_HELLO 1
#define LOOKED_AT 4096 /* a connection whose library complains was busy just now */

static struct object *slot(struct track *t, const struct tt_ev_library *e)
{
	uint64_t hash = (e->object ^ (uint64_t)e->pid << 40) * 0x9e3779b97f4a7c15u;

	return &t->objects[(hash >> 32) % OBJECTS];
}

static void hello(struct track *t, const struct tt_ev_library *e)
{
	struct object *o = slot(t, e);

	o->object = e->object;
	o->pid = e->pid;
	o->client = e->level == CLIENT_HELLO;
	memcpy(o->random, e->source, sizeof(o->random));
}

static bool wrote(const struct object *o, const struct conn *c)
{
	if (c->role != (o->client ? ROLE_CLIENT : ROLE_SERVER))
		return false;
	if (o->client)
		return c->client.seen && !memcmp(c->client.random, o->random, sizeof(o->random));
	return c->server.seen && !memcmp(c->server.random, o->random, sizeof(o->random));
}

static struct session *find(struct track *t, const struct tt_ev_library *e)
{
	const struct object *o = slot(t, e);
	int looked = 0;

	if (!e->object || o->object != e->object || o->pid != e->pid)
		return NULL;
	for (struct session *s = t->newest; s && looked < LOOKED_AT; s = s->older, looked++)
		if (wrote(o, &s->conn))
			return s;
	return NULL;
}

struct session **objects_event(struct track *t, const struct tt_ev_library *e)
{
	struct session *s = NULL;

	if (e->fact == TT_LIBRARY_HELLO)
		hello(t, e);
	else
		s = find(t, e);
	if (!s)
		return NULL;
	t->joined += e->fact == TT_LIBRARY_ERROR;
	return track_find(t, s->conn.id);
}
