/* SPDX-License-Identifier: GPL-2.0-only */
#include "track/objects.h"

#include <string.h>

#define LOOKED_AT AWAKE /* a connection whose library complains was busy just now */

static struct object *slot(struct track *t, uint64_t object, uint32_t pid)
{
	uint64_t hash = (object ^ (uint64_t)pid << 40) * 0x9e3779b97f4a7c15u;

	return &t->objects[(hash >> 32) % OBJECTS];
}

static void add_random(struct object *o, const char random[TT_RANDOM_BYTES])
{
	memcpy(o->random[o->next++ % OBJECT_RANDOMS], random, TT_RANDOM_BYTES);
}

static void random_of(struct track *t, const struct tt_ev_library *e)
{
	struct object *o = slot(t, e->object, e->pid);

	if (o->object != e->object || o->pid != e->pid)
		*o = (struct object){ .object = e->object, .pid = e->pid };
	o->conn_id = 0; /* it may be another one's by now */
	add_random(o, e->source);
	if (memcmp(e->source, e->function, TT_RANDOM_BYTES))
		add_random(o, e->function);
}

/* A client made the random of its ClientHello, a server that of its ServerHello. */
static bool made(const struct object *o, const struct conn *c)
{
	const uint8_t *random = c->role == ROLE_CLIENT && c->client.seen ? c->client.random :
				c->role == ROLE_SERVER && c->server.seen ? c->server.random :
									   NULL;

	for (size_t i = 0; random && i < OBJECT_RANDOMS; i++)
		if (!memcmp(random, o->random[i], TT_RANDOM_BYTES))
			return true;
	return false;
}

static struct session **find(struct track *t, uint64_t object, uint32_t pid)
{
	struct object *o = slot(t, object, pid);
	struct session **known, *relayed = NULL; /* a proxy here sends the same hello on */
	int looked = 0;

	if (!object || o->object != object || o->pid != pid)
		return NULL;
	known = track_find(t, o->conn_id);
	if (*known)
		return known;
	for (struct session *s = t->newest; s && looked < LOOKED_AT; s = s->older, looked++) {
		if (!made(o, &s->conn))
			continue;
		if (s->conn.process->pid == pid || !relayed)
			relayed = s;
		if (s->conn.process->pid == pid)
			break;
	}
	if (!relayed)
		return NULL;
	o->conn_id = relayed->conn.id;
	return track_find(t, relayed->conn.id);
}

/* Another object's, or past what the call is for. */
static bool is_anothers(const struct conn *c, const struct tt_ev_library *e)
{
	return c->library || (e->call == TT_CALL_HANDSHAKE && c->established);
}

static struct session **guess(struct track *t, const struct tt_event **head, size_t bytes)
{
	const struct tt_ev_library *e = (const void *)*head;
	struct session **at;

	if (e->head.kind != TT_EV_LIBRARY || bytes < sizeof(*e) || e->fact != TT_LIBRARY_ERROR ||
	    !e->touched)
		return NULL;
	at = track_find(t, e->touched);
	if (!*at || is_anothers(&(*at)->conn, e))
		return NULL;
	t->joined++;
	t->guess = *e;
	t->guess.head.conn_id = e->touched;
	t->guess.guessed = 1;
	*head = &t->guess.head;
	return at;
}

struct session **objects_event(struct track *t, const struct tt_event **event, size_t bytes)
{
	const struct tt_event *head = *event;
	const struct tt_ev_library *e = (const void *)head;
	const struct tt_ev_io_sums *sums = (const void *)head;
	const struct tt_ev_secret *secret = (const void *)head;
	const struct tt_ev_io *io = (const void *)head;
	struct session **at = NULL;

	if (head->kind == TT_EV_LIBRARY && bytes >= sizeof(*e) && e->fact == TT_LIBRARY_RANDOM)
		random_of(t, e);
	else if (head->kind == TT_EV_LIBRARY && bytes >= sizeof(*e))
		at = find(t, e->object, e->pid);
	else if (head->kind == TT_EV_IO && bytes >= sizeof(*io))
		at = find(t, io->object, io->pid);
	else if (head->kind == TT_EV_IO_SUMS && bytes >= sizeof(*sums))
		at = find(t, sums->object, sums->pid);
	else if (head->kind == TT_EV_SECRET && bytes >= sizeof(*secret))
		at = find(t, secret->object, secret->pid);
	t->joined += at && head->kind == TT_EV_LIBRARY && e->fact == TT_LIBRARY_ERROR;
	t->io_unbound += !at && head->kind == TT_EV_IO;
	return at ? at : guess(t, event, bytes);
}
