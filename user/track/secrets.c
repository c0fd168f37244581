/* SPDX-License-Identifier: GPL-2.0-only */
/* secrets.c - what a library derives its keys from, for who writes a key log. */
#include "track/state.h"

void secret_event(const struct session *s, const struct track_out *out, const struct tt_ev_secret *e)
{
	static const char *const labels[] = {
		[TT_SECRET_CLIENT_HANDSHAKE] = "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
		[TT_SECRET_SERVER_HANDSHAKE] = "SERVER_HANDSHAKE_TRAFFIC_SECRET",
		[TT_SECRET_CLIENT_TRAFFIC] = "CLIENT_TRAFFIC_SECRET_0",
		[TT_SECRET_SERVER_TRAFFIC] = "SERVER_TRAFFIC_SECRET_0",
		[TT_SECRET_MASTER] = "CLIENT_RANDOM",
	};
	const uint8_t *random = s->conn.client.random;

	if (!out->secret || !e->label || e->label >= sizeof(labels) / sizeof(*labels) ||
	    e->bytes > sizeof(e->secret) || !s->conn.wanted)
		return;
	if (e->label == TT_SECRET_MASTER)
		random = e->random; /* it comes with it */
	else if (!s->conn.client.seen)
		return;
	out->secret(out->arg, labels[e->label], random, e->secret, e->bytes);
}
