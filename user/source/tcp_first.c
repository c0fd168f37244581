/* SPDX-License-Identifier: GPL-2.0-only */
/* tcp_first.c - what a direction begins with that is no TLS, and servers that speak TLS. */
#include <stdlib.h>
#include <string.h>

#include "source/tcp_conn.h"
#include "util/lru.h"

struct server {
	uint8_t address[16];
	uint16_t port;
};

/* "HTTP/1.1 400": many servers of TLS answer so to a request in plain text. */
static bool is_refusal(const uint8_t *p, uint32_t bytes)
{
	return bytes > 12 && !memcmp(p, "HTTP/1.", 7) && !memcmp(p + 9, "400", 3);
}

bool first_is_refusal(const struct tcp_conn *c, int side)
{
	return c->first[side] && is_refusal(c->first[side]->data, c->first[side]->bytes);
}

void first_keep(struct tcp_conn *c, int side, const uint8_t *data, uint32_t bytes)
{
	uint32_t most = is_refusal(data, bytes) ? TT_ANSWER_BYTES : TT_FIRST_BYTES;

	bytes = bytes < most ? bytes : most;
	c->first[side] = malloc(sizeof(struct first) + bytes);
	if (!c->first[side])
		return;
	c->first[side]->bytes = (uint16_t)bytes;
	memcpy(c->first[side]->data, data, bytes);
}

void first_tell(struct tcp *tcp, const struct tcp_conn *c, int side, int64_t time_ns, uint8_t why)
{
	const struct first *first = c->first[side];
	_Alignas(8) uint8_t room[sizeof(struct tt_ev_first) + TT_ANSWER_BYTES];
	struct tt_ev_first *e = (void *)room;

	if (!first)
		return;
	*e = (struct tt_ev_first){ .bytes = first->bytes, .why = why,
				   .dir = side == c->local ? TT_SENT : TT_RECEIVED };
	e->head = (struct tt_event){ .time_ns = (uint64_t)time_ns, .conn_id = c->id,
				     .kind = TT_EV_FIRST,
				     .size = (uint16_t)(sizeof(*e) + first->bytes) };
	memcpy(e->data, first->data, first->bytes);
	tcp->event(tcp->arg, e, sizeof(*e) + first->bytes);
}

static struct server server_of(const struct tcp_conn *c)
{
	struct server server = { .port = c->port[!c->initiator] };

	memcpy(server.address, c->address[!c->initiator], sizeof(server.address));
	return server;
}

void server_speaks_tls(struct tcp *tcp, const struct tcp_conn *c)
{
	struct server server = server_of(c);
	uint8_t *yes = lru_put(tcp->servers, &server);

	if (yes)
		*yes = 1;
}

bool server_is_known(struct tcp *tcp, const struct tcp_conn *c)
{
	struct server server = server_of(c);

	return lru_find(tcp->servers, &server);
}

void first_free(struct tcp_conn *c)
{
	free(c->first[0]);
	free(c->first[1]);
	c->first[0] = c->first[1] = NULL;
}
