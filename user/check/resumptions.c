/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * resumptions.c - a full handshake, then connections that offer its session, several: one
 * could meet the same one of many servers behind an address again.
 */
#include <stdio.h>
#include <string.h>

#include "check/client.h"
#include "check/plan.h"

#define POOL 64 /* unused tickets; more than there are connections without an answer to them */

enum kind { BY_ID, BY_TICKET, BY_PSK };

struct resumption {
	struct check *check;
	enum kind kind;
	SSL_CTX *client;
	struct check_row row;
	SSL_SESSION *pool[POOL]; /* owned */
	unsigned int first, count;
	unsigned int tried, resumed, failed;
	bool cut; /* of the connection that was to give sessions */
	int64_t sum_ns;
};

static const char *const names[] = { [BY_ID] = "by session ID", [BY_TICKET] = "by ticket",
				     [BY_PSK] = "by ticket (PSK)" };

/* Sessions of a connection that can be offered; their ownership passes. */
static void collect(struct resumption *r, struct attempt *a)
{
	for (int i = 0; i < ATTEMPT_SESSIONS && a->sessions[i]; i++) {
		bool fits = r->kind == BY_TICKET ? SSL_SESSION_has_ticket(a->sessions[i]) :
						   SSL_SESSION_is_resumable(a->sessions[i]);

		if (!fits || r->count == POOL) {
			SSL_SESSION_free(a->sessions[i]);
		} else {
			r->pool[(r->first + r->count) % POOL] = a->sessions[i];
			r->count++;
		}
		a->sessions[i] = NULL;
	}
}

/*
 * Owned by the caller. Up to TLS 1.2 every connection offers the first one's session. A ticket of TLS 1.3 is
 * offered once (RFC 8446 C.4): the oldest unused one, whoever of the servers gave it.
 */
static SSL_SESSION *take(struct resumption *r)
{
	SSL_SESSION *session = r->count ? r->pool[r->first] : NULL;

	/* The library never offers again what a handshake failed with. */
	if (r->kind != BY_PSK)
		return session ? SSL_SESSION_dup(session) : NULL;
	if (session) {
		r->first = (r->first + 1) % POOL;
		r->count--;
	}
	return session;
}

static void connect_once(struct resumption *r, struct attempt *a)
{
	a->client = r->client;
	a->name = r->check->name;
	a->verify_name = r->check->verify_name;
	plan_try(r->check, &r->row, a);
	if (a->connected && a->end != ATTEMPT_STOPPED)
		plan_judged(r->check, &r->row, CHECK_FAULT);
}

/* A handshake that makes sessions; false: it failed, and the row says how. */
static bool fill(struct resumption *r)
{
	struct attempt a = { .session = NULL };
	bool good;

	connect_once(r, &a);
	good = a.end == ATTEMPT_OK;
	r->cut = a.cut;
	if (good)
		collect(r, &a);
	else
		plan_row(&r->row, &a);
	attempt_free(&a);
	return good;
}

/* False: there is nothing to offer, and the row says why. */
static bool begin(struct resumption *r)
{
	if (!fill(r))
		return false;
	if (r->count)
		return true;
	r->row.result = CHECK_SKIPPED;
	snprintf(r->row.words, sizeof(r->row.words), "not offered");
	snprintf(r->row.reason, sizeof(r->row.reason), "the server gives no %s%s",
		 r->kind == BY_ID ? "session ID that could be resumed" : "ticket",
		 r->kind == BY_PSK && r->cut ? " in time" : "");
	return false;
}

/* Offer one; false: stop. Some servers give no new ticket to who resumes. */
static bool again(struct resumption *r)
{
	struct attempt a = { .session = NULL };
	bool on;

	if (!r->count && !fill(r) && !r->check->over) {
		r->tried++;
		r->failed++;
	}
	a.session = take(r);
	if (!a.session)
		return false;
	connect_once(r, &a);
	on = !r->check->over;
	if (on) {
		r->tried++;
		r->resumed += a.end == ATTEMPT_OK && a.resumed;
		r->sum_ns += a.handshake_ns;
	}
	if (on && a.end != ATTEMPT_OK) {
		plan_row(&r->row, &a);
		r->failed++;
	}
	if (r->kind == BY_PSK)
		collect(r, &a);
	SSL_SESSION_free(a.session);
	attempt_free(&a);
	return on;
}

static void conclude(struct resumption *r)
{
	unsigned int full = r->tried - r->resumed - r->failed;

	snprintf(r->row.words, sizeof(r->row.words), "%u of %u resumed", r->resumed, r->tried);
	r->row.duration_ns = r->tried ? r->sum_ns / r->tried : 0;
	if (r->failed) {
		r->row.result = CHECK_FAILED;
		snprintf(r->row.words, sizeof(r->row.words), "%u of %u, %u failed", r->resumed, r->tried,
			 r->failed);
		return;
	}
	/* A server need not remember sessions; but who gives tickets should take them. */
	r->row.result = !full ? CHECK_OK : !r->resumed && r->kind == BY_ID ? CHECK_REFUSED : CHECK_PARTLY;
	if (full && !r->resumed && r->kind == BY_ID)
		snprintf(r->row.reason, sizeof(r->row.reason), "full handshakes instead: the server keeps no sessions");
	else if (full)
		snprintf(r->row.reason, sizeof(r->row.reason), "%u of %u fell back to a full handshake", full,
			 r->tried);
}

static void resume(struct check *c, enum kind kind, int version)
{
	struct resumption r = { .check = c, .kind = kind,
				.row = plan_begin(client_version_name(version), names[kind]) };
	unsigned int wishes = (c->trusted ? CLIENT_VERIFIES : 0) | (kind == BY_ID ? CLIENT_NO_TICKETS : 0);
	char error[CHECK_ERROR_BYTES];
	bool usage;

	r.client = client_new(&c->config, version, wishes, error, &usage);
	if (!r.client) {
		plan_skip(c, &r.row, error);
		return;
	}
	if (begin(&r)) {
		while (r.tried < c->config.reconnections && again(&r))
			;
		if (r.tried)
			conclude(&r);
	}
	if (!c->over || r.tried)
		c->out->row(c->out->arg, &r.row);
	while (r.count--)
		SSL_SESSION_free(r.pool[r.first++ % POOL]);
	SSL_CTX_free(r.client);
}

/* A version that no full handshake worked with. */
static void skip(struct check *c, enum kind kind, int version)
{
	struct check_row row = plan_begin(client_version_name(version), names[kind]);

	plan_skip(c, &row, "no full handshake worked");
}

void plan_resumptions(struct check *c)
{
	int old = 0;

	for (int i = VERSIONS - 1; i >= 0; i--)
		if (c->tried[i].works && c->tried[i].version < TLS1_3_VERSION)
			old = c->tried[i].version;
	for (enum kind kind = BY_ID; kind <= BY_TICKET && !c->over; kind++) {
		if (old)
			resume(c, kind, old);
		else
			skip(c, kind, TLS1_2_VERSION);
	}
	if (!c->over && c->tried[0].works)
		resume(c, BY_PSK, TLS1_3_VERSION);
	else if (!c->over)
		skip(c, BY_PSK, TLS1_3_VERSION);
}
