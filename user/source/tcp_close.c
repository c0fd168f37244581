/* SPDX-License-Identifier: GPL-2.0-only */
/* tcp_close.c - how a connection ends, and what still belongs to it after a reset. */
#include <string.h>

#include "source/tcp_conn.h"
#include "util/hash.h"

#define CLOSED_MAX 4096	 /* remembered, so that what comes late is not a new connection */
#define RESET_WINDOW (1 << 24)
#define RESET_MAX 1024		 /* connections that a reset ended just now */
#define CROSSING_NS 1000000000LL /* what the other side sent before it heard of the reset */

/* How many of two hosts were reset, or of others that are counted there too: most SYNs need no search. */
static uint16_t *reset_between(struct tcp *tcp, const uint8_t a[16], const uint8_t b[16])
{
	uint64_t both = hash_bytes(tcp->seed, a, 16) + hash_bytes(tcp->seed, b, 16);

	return &tcp->reset_between[both % RESET_BETWEEN];
}

void conn_close(struct tcp *tcp, struct tcp_conn *c, bool end_seen)
{
	if (c->reset_by != NO_SIDE)
		--*reset_between(tcp, c->address[0], c->address[1]);
	half_flush(tcp, c, 0);
	half_flush(tcp, c, 1);
	conn_closed(tcp, c, c->last_ns, end_seen);
	half_free(&c->half[0]);
	half_free(&c->half[1]);
	first_free(c);
	table_closed(tcp, c);
	if (tcp->closed.count > CLOSED_MAX)
		table_forget(tcp, tcp->closed.oldest);
}

void conn_drop(struct tcp *tcp, struct tcp_conn *c)
{
	if (!c->closed)
		conn_close(tcp, c, c->reset_by != NO_SIDE || (c->half[0].fin && c->half[1].fin));
	table_forget(tcp, c);
}

/* A capture's clock may go back, a little between two cards or for good. */
static bool within(int64_t a_ns, int64_t b_ns, int64_t distance_ns)
{
	uint64_t a = (uint64_t)a_ns, b = (uint64_t)b_ns;

	return (a_ns > b_ns ? a - b : b - a) <= (uint64_t)distance_ns;
}

void tcp_time(struct tcp *tcp, int64_t time_ns)
{
	struct tcp_conn *c;

	while ((c = tcp->reset.oldest) &&
	       (!within(time_ns, c->reset_ns, CROSSING_NS) || tcp->reset.count > RESET_MAX))
		conn_close(tcp, c, true);
}

/* The next connection of two hosts is judged by how the one before it ended. */
void conn_close_reset(struct tcp *tcp, const struct segment *s)
{
	struct tcp_conn *newer;

	if (!*reset_between(tcp, s->from, s->to))
		return;
	for (struct tcp_conn *c = tcp->reset.oldest; c; c = newer) {
		newer = c->newer;
		if (!memcmp(c->address[c->initiator == 1], s->from, 16) &&
		    !memcmp(c->address[c->initiator != 1], s->to, 16))
			conn_close(tcp, c, true);
	}
}

static bool reset_valid(const struct tcp_conn *c, int side, const struct segment *s)
{
	const struct half *h = &c->half[side];
	int32_t ahead = (int32_t)(s->seq - h->next);

	return !h->positioned || (ahead > -RESET_WINDOW && ahead < RESET_WINDOW);
}

void conn_reset(struct tcp *tcp, struct tcp_conn *c, int side, const struct segment *s)
{
	if (!reset_valid(c, side, s))
		return;
	c->reset_by = (uint8_t)side;
	c->reset_ns = s->time_ns;
	table_reset(tcp, c);
	++*reset_between(tcp, c->address[0], c->address[1]);
	/* After a silence nothing is under way. */
	if (!c->data || !within(s->time_ns, c->data_ns, CROSSING_NS))
		conn_close(tcp, c, true);
}

/* The other side had not heard of the reset; that it ends, too, tells nothing more. */
void conn_crossed(struct tcp *tcp, struct tcp_conn *c, int side, const struct segment *s)
{
	uint32_t due = c->half[side].next;

	if (side == c->reset_by || !s->wire_bytes || s->flags & (TCP_SYN | TCP_RST) ||
	    !within(s->time_ns, c->reset_ns, CROSSING_NS))
		return;
	half_data(tcp, c, side, s);
	half_settle(tcp, c, side, s->time_ns);
	if (c->half[side].next != due)
		c->last_ns = s->time_ns;
}

void tcp_idle(struct tcp *tcp)
{
	while (tcp->reset.oldest)
		conn_close(tcp, tcp->reset.oldest, true);
}

void tcp_end(struct tcp *tcp)
{
	tcp_idle(tcp);
	while (tcp->open.oldest) {
		struct tcp_conn *c = tcp->open.oldest;
		bool both = c->half[0].fin && c->half[1].fin;

		conn_close(tcp, c, both);
	}
}
