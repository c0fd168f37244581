/* SPDX-License-Identifier: GPL-2.0-only */
/* witness.c - alerts that wait for somebody who can say more of them. */
#include <string.h>

#include "track/rest.h"
#include "track/state.h"
#include "track/table.h"

#define LOOKED_AT 256 /* the other end's last event is not far from this one's */

static bool same_endpoint(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && !memcmp(a->address, b->address, sizeof(a->address));
}

static bool other_end(const struct conn *c, const struct endpoint *local,
		      const struct endpoint *remote)
{
	return same_endpoint(local, &c->remote) && same_endpoint(remote, &c->local);
}

static bool tells(const struct alert *said, enum tls_role sender)
{
	return said->time_ns && said->readable && said->by_library && said->sender == sender;
}

static bool adopt(struct alert *waiting, uint8_t level, uint8_t description, bool in_handshake,
		  bool peer_gone)
{
	waiting->in_handshake = in_handshake;
	waiting->peer_gone = peer_gone;
	waiting->level = level;
	waiting->description = description;
	waiting->readable = waiting->by_library = true;
	waiting->by_size = false;
	return true;
}

static bool ask_open(const struct track *t, const struct session *s, struct alert *waiting)
{
	int looked = 0;

	for (const struct session *p = t->newest; p && looked < LOOKED_AT; p = p->older, looked++)
		if (other_end(&s->conn, &p->conn.local, &p->conn.remote) &&
		    tells(&p->conn.last_alert, waiting->sender))
			return adopt(waiting, p->conn.last_alert.level,
				     p->conn.last_alert.description,
				     p->conn.last_alert.in_handshake,
				     p->conn.last_alert.peer_gone);
	return false;
}

/* What nobody can read here may have been written, or read, at the other end on this host. */
static void ask_peer(const struct track *t, const struct session *s, struct alert *waiting)
{
	if (waiting->readable || waiting->sender == ROLE_UNKNOWN || ask_open(t, s, waiting))
		return;
	for (size_t i = 0; i < LAST_WORDS; i++)
		if (t->last_words.at[i].sender == waiting->sender &&
		    t->last_words.at[i].time_ns >= s->conn.first_ns &&
		    other_end(&s->conn, &t->last_words.at[i].local, &t->last_words.at[i].remote)) {
			adopt(waiting, t->last_words.at[i].level, t->last_words.at[i].description,
			      t->last_words.at[i].in_handshake, t->last_words.at[i].peer_gone);
			return;
		}
}

static bool gives_reason(const struct library_error *e)
{
	return e->library && (!e->guessed || e->not_tls) && e->received < 0 && !e->ends_quietly;
}

void witness_reason(struct track *t, struct session *s)
{
	struct conn *c = &s->conn;
	int looked = 0;

	if (c->peer_error.library || !t->out.library)
		return;
	for (const struct session *p = t->newest; p && looked < LOOKED_AT; p = p->older, looked++)
		if (gives_reason(&p->conn.error) && other_end(c, &p->conn.local, &p->conn.remote)) {
			c->peer_error = p->conn.error;
			return;
		}
	for (size_t i = 0; i < LAST_WORDS; i++)
		if (t->last_words.at[i].closed_ns >= c->first_ns &&
		    gives_reason(&t->last_words.at[i].error) &&
		    other_end(c, &t->last_words.at[i].local, &t->last_words.at[i].remote)) {
			c->peer_error = t->last_words.at[i].error;
			return;
		}
}

void witness_remember(struct track *t, const struct session *s)
{
	const struct alert *said = &s->conn.last_alert;
	size_t at = t->last_words.next % LAST_WORDS;

	if (!tells(said, said->sender) && !gives_reason(&s->conn.error))
		return;
	t->last_words.at[at].closed_ns = s->conn.closed_ns;
	t->last_words.at[at].error = s->conn.error;
	t->last_words.at[at].local = s->conn.local;
	t->last_words.at[at].remote = s->conn.remote;
	t->last_words.at[at].sender = tells(said, said->sender) ? said->sender : ROLE_UNKNOWN;
	t->last_words.at[at].level = said->level;
	t->last_words.at[at].description = said->description;
	t->last_words.at[at].in_handshake = said->in_handshake;
	t->last_words.at[at].peer_gone = said->peer_gone;
	t->last_words.at[at].time_ns = said->time_ns;
	t->last_words.next++;
}

void witness_now(struct track *t, struct session *s)
{
	if (!session_waits(s))
		return;
	witness_reason(t, s);
	for (int dir = 0; dir < 2; dir++)
		if (alert_waits(s, dir))
			ask_peer(t, s, &s->waiting[dir]);
	session_witness(s, &t->out, INT64_MAX);
}

/* The newer of the last two records first: after a fatal alert the other cannot be one. */
void witness_last(struct track *t, struct session *s)
{
	int newer = session_last_ns(s, TT_SENT) > session_last_ns(s, TT_RECEIVED) ? TT_SENT
										 : TT_RECEIVED;

	witness_now(t, s);
	if (session_last_alert(s, &t->out, newer))
		witness_now(t, s);
	if (session_last_alert(s, &t->out, !newer))
		witness_now(t, s);
}

static bool peer_is_open(const struct track *t, const struct conn *c)
{
	int looked = 0;

	for (const struct session *p = t->newest; p && looked < LOOKED_AT; p = p->older, looked++)
		if (other_end(c, &p->conn.local, &p->conn.remote))
			return !p->closing;
	return false;
}

/* The server said something after the client's certificate, or after there was none. */
static bool may_refuse(const struct session *s)
{
	const struct conn *c = &s->conn;

	return c->established && c->role == ROLE_SERVER && session_ends_like_alert(s) &&
	       (c->certificate_hint == HINT_EMPTY || c->certificate_hint == HINT_SENT);
}

/* After a reset the process may not have read yet what came before it. */
static bool may_read_on(const struct session *s)
{
	return s->conn.library && s->close_flags & TT_RST_RECEIVED;
}

bool witness_closing(struct track *t, struct session *s, int64_t time_ns)
{
	bool hidden = (alert_waits(s, TT_SENT) && !s->waiting[TT_SENT].readable) ||
		      (alert_waits(s, TT_RECEIVED) && !s->waiting[TT_RECEIVED].readable);

	if (!t->out.library || s->conn.error.library)
		return false;
	if (!may_read_on(s) && !((hidden || may_refuse(s)) && peer_is_open(t, &s->conn)))
		return false;
	s->closing = true;
	witness_queue(t, s, time_ns);
	return true;
}

void witness_due(struct track *t, int64_t time_ns)
{
	struct queue *q = &t->queue;

	/* One at least if there is no room. */
	while (q->count && (q->at[q->first].due_ns <= time_ns || q->count == QUEUE)) {
		struct session **at = track_find(t, q->at[q->first].id), *s = *at;

		q->first = (q->first + 1) % QUEUE;
		q->count--;
		if (!s)
			continue;
		s->queued = false;
		witness_now(t, s);
		if (s->closing)
			track_close(t, at);
	}
}

void witness_queue(struct track *t, struct session *s, int64_t time_ns)
{
	struct queue *q = &t->queue;
	size_t at = (q->first + q->count) % QUEUE;

	if (s->queued || !(session_waits(s) || s->closing))
		return;
	s->queued = true;
	q->at[at].id = s->conn.id;
	q->at[at].due_ns = time_ns + TRACK_WITNESS_NS;
	q->count++;
	witness_due(t, 0);
}

static struct session **look_up(struct track *t, uint64_t id)
{
	struct session **at = &t->bucket[id % BUCKETS];

	while (*at && (*at)->conn.id != id)
		at = &(*at)->next;
	return at;
}

struct session **track_find(struct track *t, uint64_t id)
{
	struct session **at = look_up(t, id);

	return !*at || rest_wake(t, at) ? at : look_up(t, id);
}
