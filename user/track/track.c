/* SPDX-License-Identifier: GPL-2.0-only */
#include "track/track.h"

#include <stdlib.h>
#include <string.h>

#include "tlstrace/event.h"
#include "track/session.h"

#define BUCKETS 16384

struct track {
	struct track_out out;
	int64_t wall_offset_ns;
	size_t open;
	uint64_t total;
	struct session *bucket[BUCKETS];
};

struct track *track_new(const struct track_out *out, int64_t wall_offset_ns)
{
	struct track *t = calloc(1, sizeof(*t));

	if (t) {
		t->out = *out;
		t->wall_offset_ns = wall_offset_ns;
	}
	return t;
}

static struct session **find(struct track *t, uint64_t id)
{
	struct session **at = &t->bucket[id % BUCKETS];

	while (*at && (*at)->conn.id != id)
		at = &(*at)->next;
	return at;
}

static void set_owner(struct track *t, struct conn *c, const struct tt_owner *o)
{
	static const char *const how[] = { "none", "connect", "accept", "io", "scan" };
	struct process *p = &c->process;

	memset(p, 0, sizeof(*p));
	p->attribution = o->how < 5 ? how[o->how] : "none";
	p->pid = o->pid;
	p->tid = o->tid;
	p->ppid = o->ppid;
	p->uid = o->uid;
	p->start_ns = o->start_ns;
	memcpy(p->comm, o->comm, sizeof(o->comm));
	if (p->pid && t->out.enrich)
		t->out.enrich(t->out.arg, p);
}

static void open_conn(struct track *t, const struct tt_ev_open *e)
{
	struct session **at = find(t, e->head.conn_id), *s = *at;
	struct conn *c;

	if (s)
		return;
	s = calloc(1, sizeof(*s));
	if (!s)
		return;
	*at = s;
	t->open++;
	t->total++;
	c = &s->conn;
	c->id = e->head.conn_id;
	c->client.server_name = "";
	memcpy(c->local.address, e->local, 16);
	memcpy(c->remote.address, e->remote, 16);
	c->local.port = e->local_port;
	c->remote.port = e->remote_port;
	c->first_ns = (int64_t)e->head.time_ns + t->wall_offset_ns;
	if (e->connect_ns && e->established_ns > e->connect_ns)
		c->tcp_connect_duration_ns = (int64_t)(e->established_ns - e->connect_ns);
	s->midstream = e->midstream;
	set_owner(t, c, &e->owner);
}

static void set_totals(struct session *s, const struct tt_ev_totals *e, int64_t offset_ns)
{
	for (int dir = 0; dir < 2; dir++) {
		struct side_totals *to = &s->conn.totals[dir];
		const struct tt_dir_totals *from = &e->dir[dir];

		to->records = from->records;
		to->bytes = from->bytes;
		to->app_records = from->app_records;
		to->app_bytes = from->app_bytes;
		to->gap_bytes = from->gap_bytes;
		session_flight(s, dir, from->flight, from->records, offset_ns);
	}
	s->conn.retransmits = e->retransmits;
}

static void set_close(struct session *s, uint32_t flags)
{
	struct conn *c = &s->conn;
	enum tls_role peer = c->role == ROLE_CLIENT ? ROLE_SERVER : ROLE_CLIENT;
	bool by_peer = flags & TT_RST_RECEIVED ||
		       (flags & TT_FIN_RECEIVED && !(flags & TT_FIN_SENT_FIRST));

	if (flags & TT_TIMED_OUT)
		c->close = CLOSE_TIMEOUT;
	else if (flags & TT_RST_RECEIVED || !(flags & (TT_FIN_SENT | TT_FIN_RECEIVED)))
		c->close = CLOSE_RESET;
	else
		c->close = s->close_notify || session_ends_like_alert(s) ? CLOSE_NOTIFY : CLOSE_FIN;
	if (c->role != ROLE_UNKNOWN && c->close != CLOSE_TIMEOUT)
		c->close_by = by_peer ? peer : c->role;
}

static void finish(struct track *t, struct session **at, int64_t time_ns)
{
	struct session *s = *at;

	s->conn.closed_ns = time_ns;
	session_end(s, &t->out, time_ns);
	t->out.connection(t->out.arg, time_ns, &s->conn);
	*at = s->next;
	session_free(s);
	t->open--;
}

static void known_event(struct track *t, const struct tt_event *head, struct session **at,
			size_t bytes)
{
	int64_t time_ns = (int64_t)head->time_ns + t->wall_offset_ns;
	const struct tt_ev_record *record = (const void *)head;
	const struct tt_ev_totals *totals = (const void *)head;

	switch (head->kind) {
	case TT_EV_OWNER:
		if (bytes >= sizeof(struct tt_ev_owner))
			set_owner(t, &(*at)->conn, &((const struct tt_ev_owner *)head)->owner);
		break;
	case TT_EV_RECORD:
	case TT_EV_BODY:
		if (bytes >= sizeof(*record) && bytes - sizeof(*record) >= record->body_bytes &&
		    record->dir < 2)
			session_record(*at, &t->out, time_ns, record);
		break;
	case TT_EV_TOTALS:
	case TT_EV_CLOSE:
		if (bytes < sizeof(*totals))
			break;
		set_totals(*at, totals, t->wall_offset_ns);
		if (head->kind == TT_EV_CLOSE) {
			set_close(*at, totals->close_flags);
			finish(t, at, time_ns);
		}
		break;
	}
}

void track_event(struct track *t, const void *event, size_t bytes)
{
	const struct tt_event *head = event;
	struct session **at;

	if (bytes < sizeof(*head))
		return;
	if (head->kind == TT_EV_OPEN) {
		if (bytes >= sizeof(struct tt_ev_open))
			open_conn(t, event);
		return;
	}
	at = find(t, head->conn_id);
	if (*at)
		known_event(t, head, at, bytes);
}

void track_end(struct track *t, int64_t time_ns)
{
	for (size_t i = 0; i < BUCKETS; i++)
		while (t->bucket[i])
			finish(t, &t->bucket[i], time_ns);
}

size_t track_open(const struct track *t)
{
	return t->open;
}

uint64_t track_total(const struct track *t)
{
	return t->total;
}

void track_free(struct track *t)
{
	for (size_t i = 0; i < BUCKETS; i++)
		while (t->bucket[i]) {
			struct session *s = t->bucket[i];

			t->bucket[i] = s->next;
			session_free(s);
		}
	free(t);
}
