/* SPDX-License-Identifier: GPL-2.0-only */
#include "source/tcp.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "source/tcp_conn.h"
#include "util/lru.h"

#define OPEN_MAX 262144	 /* connections; beyond, the quietest is given up */
#define CLOSED_MAX 4096	 /* remembered, so that what comes late is not a new connection */
#define RESET_WINDOW (1 << 24)
#define RESET_MAX 4096		 /* connections that a reset ended just now */
#define CROSSING_NS 1000000000LL /* what the other side sent before it heard of the reset */
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

/* It stays for a while as closed: stray packets after it are its own. */
static void close_conn(struct tcp *tcp, struct tcp_conn *c, bool end_seen)
{
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

static void drop(struct tcp *tcp, struct tcp_conn *c)
{
	if (!c->closed)
		close_conn(tcp, c, c->reset_by != NO_SIDE || (c->half[0].fin && c->half[1].fin));
	table_forget(tcp, c);
}

/* Those that were reset before `until_ns`: whatever crossed the reset has come. */
static void close_reset(struct tcp *tcp, int64_t until_ns)
{
	struct tcp_conn *c;

	while ((c = tcp->reset.oldest) && (c->reset_ns <= until_ns || tcp->reset.count > RESET_MAX))
		close_conn(tcp, c, true);
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

static bool reset_valid(const struct tcp_conn *c, int side, const struct segment *s)
{
	const struct half *h = &c->half[side];
	int32_t ahead = (int32_t)(s->seq - h->next);

	return !h->positioned || (ahead > -RESET_WINDOW && ahead < RESET_WINDOW);
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
		drop(tcp, c);
		c = NULL;
	}
	if (c)
		return c->closed ? NULL : c;
	/* An acknowledgement or an end alone is of a connection that was never seen. */
	if (!begins && (!s->wire_bytes || s->flags & TCP_RST))
		return NULL;
	*side = 0;
	if (tcp->open.count >= OPEN_MAX) {
		tcp->counts.given_up++;
		drop(tcp, tcp->open.oldest);
	}
	return table_add(tcp, s);
}

static void reset(struct tcp *tcp, struct tcp_conn *c, int side, const struct segment *s)
{
	if (!reset_valid(c, side, s))
		return;
	c->reset_by = (uint8_t)side;
	c->reset_ns = s->time_ns;
	table_reset(tcp, c);
}

/* The other side had not heard of the reset; that it ends, too, tells nothing more. */
static void crossed(struct tcp *tcp, struct tcp_conn *c, int side, const struct segment *s)
{
	if (!s->wire_bytes || s->flags & (TCP_SYN | TCP_RST))
		return;
	c->last_ns = s->time_ns;
	half_data(tcp, c, side, s);
	half_settle(tcp, c, side, s->time_ns);
}

void tcp_segment(void *arg, const struct segment *s)
{
	struct tcp *tcp = arg;
	struct tcp_conn *c;
	int side;

	tcp->counts.segments++;
	close_reset(tcp, s->time_ns - CROSSING_NS);
	if (!wanted(tcp, s))
		return;
	c = conn_of(tcp, s, &side);
	if (!c)
		return;
	table_touch(tcp, c);
	if (c->reset_by != NO_SIDE) {
		crossed(tcp, c, side, s);
		return;
	}
	c->last_ns = s->time_ns;
	if (s->flags & TCP_SYN)
		syn(c, side, s);
	if (s->flags & TCP_ACK)
		acknowledge(c, side, s);
	if (s->flags & TCP_RST) {
		reset(tcp, c, side, s);
		return;
	}
	if (s->wire_bytes)
		half_data(tcp, c, side, s);
	if (s->flags & TCP_FIN)
		fin(c, side, s);
	half_settle(tcp, c, 0, s->time_ns);
	half_settle(tcp, c, 1, s->time_ns);
	if (side_done(&c->half[0]) && side_done(&c->half[1]))
		close_conn(tcp, c, true);
}

void tcp_idle(struct tcp *tcp)
{
	close_reset(tcp, INT64_MAX);
}

void tcp_unseal(struct tcp *tcp)
{
	tcp->config.sealed = true;
}

void tcp_end(struct tcp *tcp)
{
	tcp_idle(tcp);
	while (tcp->open.oldest) {
		struct tcp_conn *c = tcp->open.oldest;
		bool both = c->half[0].fin && c->half[1].fin;

		close_conn(tcp, c, both);
	}
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
