/* SPDX-License-Identifier: GPL-2.0-only */
/* plain.c - connections, or their beginnings, that are no TLS where TLS was expected. */
#include "wire/plain.h"

#include "track/state.h"

void plain_first(struct session *s, const struct tt_ev_first *e, size_t bytes)
{
	struct conn *c = &s->conn;
	bool by_opener, wanted;

	if (bytes < sizeof(*e) || bytes - sizeof(*e) < e->bytes || e->dir > 1)
		return;
	by_opener = s->tcp_role != TT_TCP_UNKNOWN &&
		    (e->dir == TT_SENT) == (s->tcp_role == TT_TCP_ACTIVE);
	wanted = c->plain[e->dir].wants_tls;
	c->plain[e->dir] = plain_read(e->data, e->bytes);
	c->plain[e->dir].wants_tls |= wanted;
	c->server_speaks_tls |= e->why == TT_FIRST_AT_TLS;
	if (e->why != TT_FIRST_BESIDE_TLS)
		c->first_ns = s->tcp_open_ns; /* it is told of late */
	if (c->role != ROLE_UNKNOWN || !by_opener)
		return;
	c->role = e->dir == TT_SENT ? ROLE_CLIENT : ROLE_SERVER;
	s->role_by_tcp = true;
}

/* The server's library could not read it, and says so itself. */
static bool server_complains(const struct conn *c)
{
	const struct library_error *e = c->role == ROLE_SERVER ? &c->error : &c->peer_error;

	return e->library && (!e->guessed || e->not_tls) && e->received < 0 && !e->ends_quietly;
}

static bool server_alerts(const struct conn *c)
{
	for (int i = 0; i < c->alert_count; i++)
		if (c->alerts[i].level == 2 && c->alerts[i].sender == ROLE_SERVER)
			return true;
	return false;
}

bool plain_joined(const struct session *s, const struct tt_ev_library *e)
{
	return e->fact == TT_LIBRARY_ERROR && e->guessed && s->conn.error.not_tls &&
	       s->conn.plain[TT_RECEIVED].seen;
}

static void judge(struct conn *c)
{
	int client = c->role == ROLE_CLIENT ? TT_SENT : TT_RECEIVED;
	const struct plain *answer = &c->plain[!client];

	if (c->role == ROLE_UNKNOWN || !c->plain[client].seen || c->client.seen || c->server.seen ||
	    c->close == CLOSE_OPEN)
		return;
	c->never_tls = answer->wants_tls || answer->refuses_tls || server_complains(c) ||
		       server_alerts(c) ||
		       (c->server_speaks_tls && !answer->seen && c->close_by == ROLE_SERVER);
	c->failed |= c->never_tls;
}

bool plain_end(struct session *s)
{
	struct conn *c = &s->conn;

	judge(c);
	return (c->plain[0].seen || c->plain[1].seen) && !c->never_tls && !c->error.library &&
	       !c->totals[0].records && !c->totals[1].records;
}
