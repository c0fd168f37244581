/* SPDX-License-Identifier: GPL-2.0-only */
/* witness.c - alerts that wait for somebody who can say more of them. */
#include <string.h>

#include "track/pairs.h"
#include "track/rest.h"
#include "track/state.h"
#include "track/table.h"

static bool tells(const struct alert *said, enum tls_role sender)
{
	return said->time_ns && said->readable && said->by_library && said->sender == sender;
}

static bool gives_reason(const struct library_error *e)
{
	return e->library && (!e->guessed || e->not_tls) && e->received < 0 && !e->ends_quietly;
}

/* What a connection that is over said, the next one after `from`; NULL: no more. */
static const struct last_word *next_word(struct track *t, const struct conn *c,
					 const struct last_word *from)
{
	const struct last_word *end = t->last_words.at + LAST_WORDS;

	if (!pairs_of(t, &c->local, &c->remote)->last_words)
		return NULL;
	for (const struct last_word *w = from ? from + 1 : t->last_words.at; w < end; w++)
		if (pairs_other_end(c, &w->local, &w->remote) &&
		    !pairs_hellos_differ(c, w->has_random, w->random))
			return w;
	return NULL;
}

static void adopt(struct alert *waiting, uint8_t level, uint8_t description, bool in_handshake,
		  bool peer_gone)
{
	waiting->in_handshake = in_handshake;
	waiting->peer_gone = peer_gone;
	waiting->level = level;
	waiting->description = description;
	waiting->readable = waiting->by_library = true;
	waiting->by_size = false;
}

/* What nobody can read here may have been written, or read, at the other end on this host. */
static void ask_peer(struct track *t, const struct conn *c, struct alert *waiting)
{
	const struct session *p = NULL;
	const struct last_word *w = NULL;

	if (waiting->readable || waiting->sender == ROLE_UNKNOWN)
		return;
	while ((p = pairs_next(t, c, p))) {
		const struct alert *said = &p->conn.last_alert;

		if (!tells(said, waiting->sender))
			continue;
		adopt(waiting, said->level, said->description, said->in_handshake, said->peer_gone);
		return;
	}
	while ((w = next_word(t, c, w)))
		if (w->sender == waiting->sender && w->time_ns >= c->first_ns) {
			adopt(waiting, w->level, w->description, w->in_handshake, w->peer_gone);
			return;
		}
}

void witness_reason(struct track *t, struct session *s)
{
	struct conn *c = &s->conn;
	const struct session *p = NULL;
	const struct last_word *w = NULL;

	if (c->peer_error.library || !t->out.library)
		return;
	while ((p = pairs_next(t, c, p)))
		if (gives_reason(&p->conn.error)) {
			c->peer_error = p->conn.error;
			return;
		}
	while ((w = next_word(t, c, w)))
		if (w->closed_ns >= c->first_ns && gives_reason(&w->error)) {
			c->peer_error = w->error;
			return;
		}
}

void witness_remember(struct track *t, const struct session *s)
{
	const struct alert *said = &s->conn.last_alert;
	struct last_word *w = &t->last_words.at[t->last_words.next % LAST_WORDS];

	if (!tells(said, said->sender) && !gives_reason(&s->conn.error))
		return;
	if (t->last_words.next++ >= LAST_WORDS)
		pairs_of(t, &w->local, &w->remote)->last_words--;
	*w = (struct last_word){ .local = s->conn.local, .remote = s->conn.remote,
				 .sender = tells(said, said->sender) ? said->sender : ROLE_UNKNOWN,
				 .level = said->level, .description = said->description,
				 .in_handshake = said->in_handshake, .peer_gone = said->peer_gone,
				 .time_ns = said->time_ns, .closed_ns = s->conn.closed_ns,
				 .error = s->conn.error, .has_random = s->conn.client.seen };
	memcpy(w->random, s->conn.client.random, TT_RANDOM_BYTES);
	pairs_of(t, &w->local, &w->remote)->last_words++;
}

void witness_now(struct track *t, struct session *s)
{
	if (!session_waits(s))
		return;
	witness_reason(t, s);
	for (int dir = 0; dir < 2; dir++)
		if (alert_waits(s, dir))
			ask_peer(t, &s->conn, &s->waiting[dir]);
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

static bool peer_is_open(struct track *t, const struct conn *c)
{
	const struct session *p = pairs_next(t, c, NULL);

	return p && !p->closing;
}

/* The server said something after the client's certificate, or after there was none. */
static bool may_refuse(const struct session *s)
{
	const struct conn *c = &s->conn;

	return c->established && session_ends_like_alert(s) &&
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
