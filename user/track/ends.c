/* SPDX-License-Identifier: GPL-2.0-only */
#include "track/ends.h"

#include <stdio.h>
#include <string.h>

#include "track/pairs.h"

#define LOOKED_AT 4096 /* the other end was busy just now */

/* One end, open or over. */
struct end {
	const struct ledger *ledger;
	const struct endpoint *local, *remote;
	const uint8_t *random; /* NULL: no ClientHello was seen */
	enum tls_role role;
	int64_t first_ns, hello_ns, closed_ns; /* closed_ns 0: open */
	const char *comm;
	uint32_t pid;
	const struct difference *difference; /* that it was found to have */
};

static struct end end_of(const struct session *s)
{
	const struct conn *c = &s->conn;

	return (struct end){ .ledger = s->ledger, .local = &c->local, .remote = &c->remote,
			     .random = c->client.seen ? c->client.random : NULL, .role = c->role,
			     .first_ns = c->first_ns, .hello_ns = c->client_hello_ns, .comm = c->process->comm, .pid = c->process->pid,
			     .difference = &c->difference };
}

static struct end end_over(const struct past_end *p)
{
	return (struct end){ .ledger = p->ledger, .local = &p->local, .remote = &p->remote,
			     .random = p->has_random ? p->random : NULL, .role = p->role,
			     .first_ns = p->first_ns, .hello_ns = p->hello_ns, .closed_ns = p->closed_ns, .comm = p->comm,
			     .pid = p->pid, .difference = &p->difference };
}

static bool same_tcp(const struct end *a, const struct end *b)
{
	return same_endpoint(a->local, b->remote) && same_endpoint(a->remote, b->local) &&
	       (!b->closed_ns || b->closed_ns >= a->first_ns) && (!a->closed_ns || a->closed_ns >= b->first_ns);
}

static bool same_tls(const struct end *a, const struct end *b)
{
	return a->random && b->random && !memcmp(a->random, b->random, TT_RANDOM_BYTES);
}

/* Where an end has what the client, or the server, sent. */
static int dir_of(const struct end *e, enum tls_role sender)
{
	return e->role == sender ? TT_SENT : TT_RECEIVED;
}

/* Of two ends, or of two connections in a capture, the one that the ClientHello passed first. */
static bool nearer_client(const struct end *a, const struct end *b)
{
	return same_tcp(a, b) ? a->role == ROLE_CLIENT : a->hello_ns <= b->hello_ns;
}

/* Both directions; what the client sent comes first, as in a handshake. */
static struct difference compare(const struct end *a, const struct end *b)
{
	const struct end *near = nearer_client(a, b) ? a : b, *far = near == a ? b : a;
	struct difference d = { .other_connection = !same_tcp(a, b) }, back = d;

	ledger_compare(near->ledger, dir_of(near, ROLE_CLIENT), far->ledger, dir_of(far, ROLE_CLIENT), &d);
	ledger_compare(far->ledger, dir_of(far, ROLE_SERVER), near->ledger, dir_of(near, ROLE_SERVER), &back);
	d.sender = ROLE_CLIENT;
	back.sender = ROLE_SERVER;
	d.compared = back.compared = d.compared + back.compared;
	return d.kind || !back.kind ? d : back;
}

/* The newest of them that are awake, then those that are over; false: no more. */
struct walk {
	const struct session *next;
	int looked;
	size_t over;
};

static bool next_end(const struct track *t, struct walk *w, struct end *out)
{
	const struct session *s = w->next;

	while (s && !s->passed && !s->packed && w->looked++ < LOOKED_AT) {
		w->next = s->older;
		if (s->ledger) {
			*out = end_of(s);
			return true;
		}
		s = w->next;
	}
	w->next = NULL;
	while (w->over < PAST_ENDS) {
		const struct past_end *p = &t->past_ends.at[w->over++];

		if (p->ledger) {
			*out = end_over(p);
			return true;
		}
	}
	return false;
}

/* Whoever holds an end of each of the two TCP connections passes the bytes on. */
static void find_between(const struct track *t, const struct end *a, const struct end *b,
			 struct difference *d)
{
	struct end first[2] = { *a }, second[2] = { *b }, e;
	struct walk w = { .next = t->newest };

	while (next_end(t, &w, &e)) {
		if (same_tcp(a, &e))
			first[1] = e;
		else if (same_tcp(b, &e))
			second[1] = e;
	}
	for (int i = 0; i < 4; i++) {
		const struct end *x = &first[i / 2], *y = &second[i % 2];

		if (!x->pid || x->pid != y->pid)
			continue;
		snprintf(d->between, sizeof(d->between), "%s", x->comm);
		d->between_pid = x->pid;
	}
}

/* Network namespaces may have the same addresses: where the hello has an other end, no other is it. */
static bool has_own_other(struct track *t, const struct session *s, const struct end *self)
{
	const struct session *other = NULL;
	struct walk over = { .next = NULL };
	struct end e;

	while ((other = pairs_next(t, &s->conn, other))) {
		e = end_of(other);
		if (other->ledger && same_tls(self, &e))
			return true;
	}
	while (next_end(t, &over, &e))
		if (same_tcp(self, &e) && same_tls(self, &e))
			return true;
	return false;
}

void ends_compare(struct track *t, struct session *s)
{
	struct end self = end_of(s), other;
	struct walk w = { .next = t->newest };
	const struct difference *told = NULL;
	bool own;

	if (!s->ledger || s->midstream || s->conn.role == ROLE_UNKNOWN || s->conn.difference.kind)
		return;
	/* Where events were lost nobody knows what else was. */
	if (t->lost_ns >= s->conn.first_ns)
		return;
	own = has_own_other(t, s, &self);
	while (next_end(t, &w, &other)) {
		struct difference d;

		if (own && !same_tls(&self, &other))
			continue;
		if (other.ledger == s->ledger || other.role == ROLE_UNKNOWN ||
		    (!same_tls(&self, &other) && !same_tcp(&self, &other)))
			continue;
		d = compare(&self, &other);
		if (d.compared > s->conn.difference.compared || d.kind)
			s->conn.difference = d;
		/* The other end of this TCP connection may have met who is over by now. */
		if (!d.kind && other.difference->other_connection && same_tcp(&self, &other))
			told = other.difference;
		if (!d.kind)
			continue;
		if (d.other_connection)
			find_between(t, &self, &other, &s->conn.difference);
		return;
	}
	if (told && told->kind)
		s->conn.difference = *told;
}

void ends_remember(struct track *t, struct session *s)
{
	struct past_end *p = &t->past_ends.at[t->past_ends.next % PAST_ENDS];
	const struct conn *c = &s->conn;

	if (!s->ledger || (!c->failed && !conn_ended_fatally(c) && !c->difference.kind))
		return;
	ledger_free(p->ledger, &t->budget);
	*p = (struct past_end){ .ledger = s->ledger, .local = c->local, .remote = c->remote,
				.role = c->role, .has_random = c->client.seen, .first_ns = c->first_ns,
				.hello_ns = c->client_hello_ns, .closed_ns = c->closed_ns, .pid = c->process->pid,
				.difference = c->difference };
	memcpy(p->random, c->client.random, sizeof(p->random));
	snprintf(p->comm, sizeof(p->comm), "%s", c->process->comm);
	s->ledger = NULL;
	t->past_ends.next++;
}

void ends_free(struct track *t)
{
	for (size_t i = 0; i < PAST_ENDS; i++)
		ledger_free(t->past_ends.at[i].ledger, &t->budget);
}
