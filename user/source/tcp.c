/* SPDX-License-Identifier: GPL-2.0-only */
#include "source/tcp.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "source/tcp_conn.h"
#include "util/lru.h"

#define OPEN_MAX 262144	 /* connections; beyond, the quietest is given up */
#define SERVERS_MAX 4096 /* known to speak TLS */

struct tcp *tcp_new(const struct tcp_config *config,
		    void (*event)(void *arg, const void *event, size_t bytes), void *arg)
{
	struct tcp *tcp = calloc(1, sizeof(*tcp));

	if (!tcp)
		return NULL;
	tcp->config = *config;
	tcp->event = event;
	tcp->arg = arg;
	if (getrandom(&tcp->seed, sizeof(tcp->seed), GRND_NONBLOCK) < 0)
		tcp->seed = 0; /* early in boot: nobody aims yet */
	tcp->bucket = calloc(TABLE_BUCKETS, sizeof(*tcp->bucket));
	tcp->record = malloc(sizeof(*tcp->record) + UINT16_MAX);
	tcp->servers = lru_new(SERVERS_MAX, 18, 1);
	if (tcp->bucket && tcp->record && tcp->servers)
		return tcp;
	tcp_free(tcp);
	return NULL;
}

/* Whether this SYN cannot belong to what is known of the connection. */
static bool another_connection(const struct tcp_conn *c, int side, const struct segment *s)
{
	const struct half *h = &c->half[side], *peer = &c->half[!side];

	if (h->positioned)
		return h->syn ? h->isn != s->seq : true;
	/* A simultaneous open, or the answer, follows a SYN; a lone SYN follows nothing. */
	return !(s->flags & TCP_ACK) && peer->positioned && !peer->syn;
}

static void syn(struct tcp_conn *c, int side, const struct segment *s)
{
	struct half *h = &c->half[side], *peer = &c->half[!side];

	if (h->syn) {
		c->retransmits++;
		return;
	}
	h->syn = h->positioned = true;
	h->isn = s->seq;
	h->next = s->seq + 1;
	if (c->initiator == NO_SIDE)
		c->initiator = s->flags & TCP_ACK ? !side : side;
	if (!(s->flags & TCP_ACK) && !c->connect_ns)
		c->connect_ns = s->time_ns;
	if (s->flags & TCP_ACK && !peer->positioned) {
		peer->positioned = true;
		peer->next = s->ack;
	}
}

static void acknowledge(struct tcp_conn *c, int side, const struct segment *s)
{
	struct half *peer = &c->half[!side];

	if (!peer->was_acked || (int32_t)(s->ack - peer->acked) > 0) {
		peer->acked = s->ack;
		peer->acked_at_ns = s->time_ns;
	}
	peer->was_acked = true;
	if (s->flags & TCP_SYN || c->initiator != side)
		return;
	if (!c->established_ns)
		c->established_ns = s->time_ns;
	/* The SYN that it answers was not captured. */
	if (!peer->positioned && c->half[side].syn) {
		peer->positioned = true;
		peer->next = s->ack;
	}
}

static bool side_done(const struct half *h)
{
	return h->fin && (!h->positioned || (int32_t)(h->next - h->fin_seq) >= 0 ||
			  (h->was_acked && (int32_t)(h->acked - h->fin_seq) > 0));
}

static void fin(struct tcp_conn *c, int side, const struct segment *s)
{
	struct half *h = &c->half[side];

	if (h->fin)
		return;
	h->fin = true;
	h->fin_seq = s->seq + !!(s->flags & TCP_SYN) + s->wire_bytes;
	if (c->fin_first == NO_SIDE)
		c->fin_first = (uint8_t)side;
}

static bool wanted(const struct tcp *tcp, const struct segment *s)
{
	const struct tcp_config *k = &tcp->config;
	uint64_t from[2], to[2];

	if (k->port && s->from_port != k->port && s->to_port != k->port)
		return false;
	if (!k->host_mask[0] && !k->host_mask[1])
		return true;
	memcpy(from, s->from, 16);
	memcpy(to, s->to, 16);
	return ((from[0] & k->host_mask[0]) == k->host[0] && (from[1] & k->host_mask[1]) == k->host[1]) ||
	       ((to[0] & k->host_mask[0]) == k->host[0] && (to[1] & k->host_mask[1]) == k->host[1]);
}

/* The connection that a segment is of; NULL when it is of none that matters. */
static struct tcp_conn *conn_of(struct tcp *tcp, const struct segment *s, int *side)
{
	bool begins = s->flags & TCP_SYN && !(s->flags & TCP_RST);
	struct tcp_conn *c = table_find(tcp, s, side);

	if (c && begins && another_connection(c, *side, s)) {
		conn_drop(tcp, c);
		c = NULL;
	}
	if (c)
		return c->closed ? NULL : c;
	/* An acknowledgement or an end alone is of a connection that was never seen. */
	if (!begins && (!s->wire_bytes || s->flags & TCP_RST))
		return NULL;
	*side = 0;
	if (begins && !(s->flags & TCP_ACK))
		conn_close_reset(tcp, s);
	if (tcp->open.count >= OPEN_MAX) {
		tcp->counts.given_up++;
		conn_drop(tcp, tcp->open.oldest);
	}
	return table_add(tcp, s);
}

void tcp_segment(void *arg, const struct segment *s)
{
	struct tcp *tcp = arg;
	struct tcp_conn *c;
	int side;

	tcp->counts.segments++;
	tcp_time(tcp, s->time_ns);
	if (!wanted(tcp, s))
		return;
	c = conn_of(tcp, s, &side);
	if (!c)
		return;
	table_touch(tcp, c);
	if (c->reset_by != NO_SIDE) {
		conn_crossed(tcp, c, side, s);
		return;
	}
	c->last_ns = s->time_ns;
	if (s->flags & TCP_SYN)
		syn(c, side, s);
	if (s->flags & TCP_ACK)
		acknowledge(c, side, s);
	if (s->flags & TCP_RST) {
		conn_reset(tcp, c, side, s);
		return;
	}
	if (s->wire_bytes)
		half_data(tcp, c, side, s);
	if (s->flags & TCP_FIN)
		fin(c, side, s);
	half_settle(tcp, c, 0, s->time_ns);
	half_settle(tcp, c, 1, s->time_ns);
	if (side_done(&c->half[0]) && side_done(&c->half[1]))
		conn_close(tcp, c, true);
}

void tcp_unseal(struct tcp *tcp)
{
	tcp->config.sealed = true;
}

const struct tcp_counts *tcp_counts(const struct tcp *tcp)
{
	return &tcp->counts;
}

void tcp_free(struct tcp *tcp)
{
	while (tcp->open.oldest)
		table_forget(tcp, tcp->open.oldest);
	while (tcp->reset.oldest)
		table_forget(tcp, tcp->reset.oldest);
	while (tcp->closed.oldest)
		table_forget(tcp, tcp->closed.oldest);
	free(tcp->bucket);
	free(tcp->record);
	lru_free(tcp->servers);
	free(tcp);
}
