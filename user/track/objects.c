/* SPDX-License-Identifier: GPL-2.0-only */
#include "track/objects.h"

#include <string.h>

#define CLIENT_HELLO 1
#define LOOKED_AT AWAKE /* a connection whose library complains was busy just now */

static struct object *slot(struct track *t, uint64_t object, uint32_t pid)
{
	uint64_t hash = (object ^ (uint64_t)pid << 40) * 0x9e3779b97f4a7c15u;

	return &t->objects[(hash >> 32) % OBJECTS];
}

static void hello(struct track *t, const struct tt_ev_library *e)
{
	struct object *o = slot(t, e->object, e->pid);

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

static struct session **find(struct track *t, uint64_t object, uint32_t pid)
{
	const struct object *o = slot(t, object, pid);
	int looked = 0;

	if (!object || o->object != object || o->pid != pid)
		return NULL;
	for (struct session *s = t->newest; s && looked < LOOKED_AT; s = s->older, looked++)
		if (wrote(o, &s->conn))
			return track_find(t, s->conn.id);
	return NULL;
}

struct session **objects_event(struct track *t, const struct tt_event *head, size_t bytes)
{
	const struct tt_ev_library *e = (const void *)head;
	const struct tt_ev_io_sums *sums = (const void *)head;
	const struct tt_ev_io *io = (const void *)head;
	struct session **at = NULL;

	if (head->kind == TT_EV_LIBRARY && bytes >= sizeof(*e) && e->fact == TT_LIBRARY_HELLO)
		hello(t, e);
	else if (head->kind == TT_EV_LIBRARY && bytes >= sizeof(*e))
		at = find(t, e->object, e->pid);
	else if (head->kind == TT_EV_IO && bytes >= sizeof(*io))
		at = find(t, io->object, io->pid);
	else if (head->kind == TT_EV_IO_SUMS && bytes >= sizeof(*sums))
		at = find(t, sums->object, sums->pid);
	t->joined += at && head->kind == TT_EV_LIBRARY && e->fact == TT_LIBRARY_ERROR;
	t->io_unbound += !at && head->kind == TT_EV_IO;
	return at;
}
