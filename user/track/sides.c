/* SPDX-License-Identifier: GPL-2.0-only */
/* sides.c - who sends, and how much of the two was seen. */
#include "track/state.h"

enum tls_role sender_of(const struct session *s, int dir)
{
	if (s->conn.role == ROLE_UNKNOWN)
		return ROLE_UNKNOWN;
	if (dir == TT_SENT)
		return s->conn.role;
	return s->conn.role == ROLE_CLIENT ? ROLE_SERVER : ROLE_CLIENT;
}

bool session_handshake_missed(const struct session *s)
{
	return s->midstream && !s->conn.client.seen && !s->conn.server.seen;
}

/*
 * Nothing of one end was seen, and yet the other has gone on as it does when it was answered: its
 * direction is missing, not its words. Early data go ahead of any answer.
 */
bool session_one_sided(const struct session *s)
{
	int dir = s->recent_end[TT_SENT] ? TT_SENT : TT_RECEIVED;

	if (!s->recent_end[dir] || s->recent_end[!dir])
		return false;
	if (sender_of(s, dir) == ROLE_SERVER)
		return s->conn.server.seen; /* it answers a hello */
	return !s->conn.client.early_data && (s->client_key_exchange || s->ccs[dir] || s->finished[dir]);
}

/* A ClientHello that never came whole is a beginning too, unless the missing bytes were only not seen. */
bool session_has_begun(const struct conn *c)
{
	return c->client.seen || c->server.seen ||
	       (c->hello_begun && !c->totals[0].gap_bytes && !c->totals[1].gap_bytes);
}

bool session_tls13(const struct session *s)
{
	return s->conn.server.seen && is_tls13(s->conn.server.version);
}
