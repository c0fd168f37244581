/* SPDX-License-Identifier: GPL-2.0-only */
#include "track/track.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "tlstrace/library_event.h"
#include "track/ends.h"
#include "track/objects.h"
#include "track/pairs.h"
#include "track/processes.h"
#include "track/rest.h"
#include "track/state.h"
#include "track/table.h"

#define ALERT_TYPE 21

struct track *track_new(const struct track_out *out, int64_t wall_offset_ns)
{
	struct track *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->out = *out;
	if (getrandom(&t->seed, sizeof(t->seed), GRND_NONBLOCK) < 0)
		t->seed = 0; /* early in boot: nobody aims yet */
	t->wall_offset_ns = wall_offset_ns;
	t->budget.most = LEDGERS_BYTES;
	t->processes = processes_new(out->enrich, out->arg);
	if (t->processes)
		return t;
	free(t);
	return NULL;
}

static void set_owner(struct track *t, struct conn *c, const struct tt_owner *o)
{
	static const char *const how[] = { "none", "connect", "accept", "io", "scan" };

	processes_put(t->processes, c->process);
	c->process = processes_get(t->processes, o);
	c->attribution = o->how < sizeof(how) / sizeof(*how) ? how[o->how] : "none";
	c->thread_id = o->tid;
	c->wanted = o->wanted;
}

static void forget(struct track *t, struct session **at)
{
	struct session *s = *at;

	*at = s->next;
	rest_remove(t, s);
	pairs_remove(t, s);
	processes_put(t->processes, s->conn.process);
	ledger_free(s->ledger, &t->budget);
	session_free(s);
	t->open--;
}

static void finish(struct track *t, struct session **at, int64_t time_ns)
{
	struct session *s = *at;

	s->conn.closed_ns = time_ns;
	if (!s->reported || conn_ended_fatally(&s->conn))
		witness_reason(t, s);
	if (plain_end(s)) {
		t->total--;
	} else {
		session_end(s, &t->out, time_ns);
		/* After data a handshake needs no comparison, unless somebody says that it failed. */
		if (conn_ended_fatally(&s->conn) || (s->conn.last_alert.time_ns && ledger_has_bodies(s->ledger)))
			ends_compare(t, s);
		t->out.connection(t->out.arg, time_ns, &s->conn);
		witness_remember(t, s);
		ends_remember(t, s);
	}
	forget(t, at);
}

void track_close(struct track *t, struct session **at)
{
	struct session *s = *at;

	witness_last(t, s);
	session_closed(s, s->close_flags);
	finish(t, at, s->conn.closed_ns);
}

/* It is not over, but nobody looks any longer. */
static void end(struct track *t, struct session **at, int64_t time_ns)
{
	if ((*at)->closing)
		track_close(t, at);
	else
		finish(t, at, time_ns);
}

/* Room for one more: the connection that was quiet longest is given up. */
static void evict(struct track *t, int64_t time_ns)
{
	struct session **at;

	if (t->open < TRACK_CONNECTIONS)
		return;
	t->evicted++;
	at = track_find(t, t->oldest->conn.id);
	if (*at)
		end(t, at, time_ns);
}

static void open_conn(struct track *t, const struct tt_ev_open *e)
{
	struct session **at = track_find(t, e->head.conn_id), *s = *at;
	struct conn *c;

	if (s)
		return;
	evict(t, (int64_t)e->head.time_ns + t->wall_offset_ns);
	s = calloc(1, sizeof(*s));
	if (!s)
		return;
	at = track_find(t, e->head.conn_id);
	*at = s;
	t->open++;
	t->total++;
	rest_newest(t, s);
	c = &s->conn;
	c->id = e->head.conn_id;
	c->client.server_name = "";
	memcpy(c->local.address, e->local, 16);
	memcpy(c->remote.address, e->remote, 16);
	c->local.port = e->local_port;
	c->remote.port = e->remote_port;
	pairs_add(t, s);
	c->first_ns = (int64_t)e->head.time_ns + t->wall_offset_ns;
	if (e->connect_ns && e->established_ns > e->connect_ns)
		c->tcp_connect_duration_ns = (int64_t)(e->established_ns - e->connect_ns);
	s->midstream = e->midstream;
	s->tcp_role = e->tcp_role;
	s->tcp_open_ns = e->established_ns ? (int64_t)e->established_ns + t->wall_offset_ns : c->first_ns;
	set_owner(t, c, &e->owner);
}

static void totals_event(struct track *t, const struct tt_ev_totals *e, struct session **at,
			 int64_t time_ns)
{
	struct session *s = *at;

	session_totals(s, e, t->wall_offset_ns);
	if (e->head.kind != TT_EV_CLOSE)
		return;
	s->close_flags = e->close_flags;
	s->sealed = library_saw_all(s, &t->out);
	s->conn.closed_ns = time_ns;
	if (!witness_closing(t, s, time_ns))
		track_close(t, at);
}

static void known_event(struct track *t, const struct tt_event *head, struct session **at,
			size_t bytes)
{
	int64_t time_ns = (int64_t)head->time_ns + t->wall_offset_ns;
	const struct tt_ev_record *record = (const void *)head;
	const struct tt_ev_owner *owner = (const void *)head;

	rest_remove(t, *at);
	rest_newest(t, *at);
	switch (head->kind) {
	case TT_EV_OWNER:
		if (bytes < sizeof(*owner))
			break;
		set_owner(t, &(*at)->conn, &owner->owner);
		if (!owner->owner.wanted) {
			forget(t, at); /* the kernel half follows it no more */
			t->total--;
		}
		break;
	case TT_EV_RECORD:
	case TT_EV_BODY:
		if (bytes < sizeof(*record) || bytes - sizeof(*record) < record->body_bytes ||
		    record->dir > 1)
			break;
		if (record->type == ALERT_TYPE)
			witness_reason(t, *at);
		session_record(*at, &t->out, time_ns, record);
		witness_queue(t, *at, time_ns);
		break;
	case TT_EV_FIRST:
		plain_first(*at, (const void *)head, bytes);
		break;
	case TT_EV_TOTALS:
	case TT_EV_CLOSE:
		if (bytes >= sizeof(struct tt_ev_totals))
			totals_event(t, (const void *)head, at, time_ns);
		break;
	default:
		library_event(t, head, *at, bytes, time_ns);
	}
}

uint64_t track_io_unbound(const struct track *t)
{
	return t->io_unbound;
}

uint64_t track_joined(const struct track *t)
{
	return t->joined;
}

void track_event(struct track *t, const void *event, size_t bytes)
{
	const struct tt_event *head = event;
	struct session **at;

	if (bytes < sizeof(*head))
		return;
	track_tick(t, (int64_t)head->time_ns + t->wall_offset_ns);
	if (head->kind == TT_EV_OPEN) {
		/* 0: a hook was still at it when the socket had gone. */
		if (bytes >= sizeof(struct tt_ev_open) && head->conn_id)
			open_conn(t, event);
		return;
	}
	if (head->kind == TT_EV_PROCESS) {
		if (bytes >= sizeof(struct tt_ev_process))
			processes_told(t->processes, event);
		return;
	}
	at = head->conn_id ? track_find(t, head->conn_id) : objects_event(t, &head, bytes);
	if (at && *at)
		known_event(t, head, at, bytes);
	rest_pack(t);
}

void track_end(struct track *t, int64_t time_ns)
{
	for (size_t i = 0; i < BUCKETS; i++)
		while (t->bucket[i])
			if (rest_wake(t, &t->bucket[i]))
				end(t, &t->bucket[i], time_ns);
}

size_t track_open(const struct track *t)
{
	return t->open;
}

uint64_t track_evicted(const struct track *t)
{
	return t->evicted;
}

uint64_t track_total(const struct track *t)
{
	return t->total;
}

void track_free(struct track *t)
{
	for (size_t i = 0; i < BUCKETS; i++)
		while (t->bucket[i])
			if (rest_wake(t, &t->bucket[i]))
				forget(t, &t->bucket[i]);
	ends_free(t);
	processes_free(t->processes);
	free(t);
}
