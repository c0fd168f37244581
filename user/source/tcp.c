/* SPDX-License-Identifier: GPL-2.0-only */
#include "source/tcp.h"

#include <stdlib.h>
#include <string.h>

#include "source/tcp_conn.h"

#define BUCKETS 65536
#define OPEN_MAX 262144	 /* connections; beyond, the quietest is given up */
#define CLOSED_MAX 4096	 /* remembered, so that what comes late is not a new connection */
#define RESET_WINDOW (1 << 24)

struct tcp *tcp_new(const struct tcp_config *config,
		    void (*event)(void *arg, const void *event, size_t bytes), void *arg)
{
	struct tcp *tcp = calloc(1, sizeof(*tcp));

	if (!tcp)
		return NULL;
	tcp->config = *config;
	tcp->event = event;
	tcp->arg = arg;
	tcp->bucket = calloc(BUCKETS, sizeof(*tcp->bucket));
	tcp->record = malloc(sizeof(*tcp->record) + UINT16_MAX);
	if (tcp->bucket && tcp->record)
		return tcp;
	tcp_free(tcp);
	return NULL;
}

static uint64_t mix(const uint8_t address[16], uint16_t port)
{
	uint64_t a, b;

	memcpy(&a, address, 8);
	memcpy(&b, address + 8, 8);
	a = (a ^ (b + port)) * 0x9e3779b97f4a7c15ULL;
	b = (b ^ (a >> 29)) * 0xbf58476d1ce4e5b9ULL;
	return b ^ b >> 32;
}

/* The same for both directions. */
static struct tcp_conn **bucket(struct tcp *tcp, const struct segment *s)
{
	return &tcp->bucket[(mix(s->from, s->from_port) + mix(s->to, s->to_port)) % BUCKETS];
}

/* The side that sent it, or NO_SIDE when it is of another connection. */
static int sender(const struct tcp_conn *c, const struct segment *s)
{
	for (int side = 0; side < 2; side++)
		if (c->port[side] == s->from_port && c->port[!side] == s->to_port &&
		    !memcmp(c->address[side], s->from, 16) && !memcmp(c->address[!side], s->to, 16))
			return side;
	return NO_SIDE;
}

static void unlist(struct conn_list *list, struct tcp_conn *c)
{
	*(c->older ? &c->older->newer : &list->oldest) = c->newer;
	*(c->newer ? &c->newer->older : &list->newest) = c->older;
	list->count--;
}

static void list_newest(struct conn_list *list, struct tcp_conn *c)
{
	c->older = list->newest;
	c->newer = NULL;
	*(list->newest ? &list->newest->newer : &list->oldest) = c;
	list->newest = c;
	list->count++;
}

static void forget(struct tcp *tcp, struct tcp_conn *c)
{
	const struct segment key = { .from_port = c->port[0], .to_port = c->port[1] };
	struct segment s = key;
	struct tcp_conn **at;

	memcpy(s.from, c->address[0], 16);
	memcpy(s.to, c->address[1], 16);
	for (at = bucket(tcp, &s); *at != c; at = &(*at)->next)
		;
	*at = c->next;
	unlist(c->closed ? &tcp->closed : &tcp->open, c);
	if (tcp->last == c)
		tcp->last = NULL;
	half_free(&c->half[0]);
	half_free(&c->half[1]);
	free(c);
}

/* It stays for a while as closed: stray packets after it are its own. */
static void close_conn(struct tcp *tcp, struct tcp_conn *c, bool end_seen)
{
	half_flush(tcp, c, 0);
	half_flush(tcp, c, 1);
	conn_closed(tcp, c, c->last_ns, end_seen);
	half_free(&c->half[0]);
	half_free(&c->half[1]);
	unlist(&tcp->open, c);
	c->closed = true;
	list_newest(&tcp->closed, c);
	if (tcp->closed.count > CLOSED_MAX)
		forget(tcp, tcp->closed.oldest);
}

static void drop(struct tcp *tcp, struct tcp_conn *c)
{
	if (!c->closed)
		close_conn(tcp, c, c->half[0].fin && c->half[1].fin);
	forget(tcp, c);
}

static struct tcp_conn *find(struct tcp *tcp, const struct segment *s, int *side)
{
	if (tcp->last && (*side = sender(tcp->last, s)) != NO_SIDE)
		return tcp->last;
	for (struct tcp_conn *c = *bucket(tcp, s); c; c = c->next)
		if ((*side = sender(c, s)) != NO_SIDE)
			return c;
	return NULL;
}

static struct tcp_conn *make(struct tcp *tcp, const struct segment *s)
{
	struct tcp_conn *c, **at;

	if (tcp->open.count >= OPEN_MAX) {
		tcp->counts.given_up++;
		drop(tcp, tcp->open.oldest);
	}
	c = calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	memcpy(c->address[0], s->from, 16);
	memcpy(c->address[1], s->to, 16);
	c->port[0] = s->from_port;
	c->port[1] = s->to_port;
	c->family = s->family;
	c->initiator = c->fin_first = c->reset_by = NO_SIDE;
	c->half[0].stream.first = c->half[1].stream.first = true;
	at = bucket(tcp, s);
	c->next = *at;
	*at = c;
	list_newest(&tcp->open, c);
	return c;
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

	if (!peer->was_acked || (int32_t)(s->ack - peer->acked) > 0)
		peer->acked = s->ack;
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
	struct tcp_conn *c = find(tcp, s, side);

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
	return make(tcp, s);
}

void tcp_segment(void *arg, const struct segment *s)
{
	struct tcp *tcp = arg;
	struct tcp_conn *c;
	int side;

	tcp->counts.segments++;
	if (!wanted(tcp, s))
		return;
	c = conn_of(tcp, s, &side);
	if (!c)
		return;
	tcp->last = c;
	c->last_ns = s->time_ns;
	if (tcp->open.newest != c) {
		unlist(&tcp->open, c);
		list_newest(&tcp->open, c);
	}
	if (s->flags & TCP_SYN)
		syn(c, side, s);
	if (s->flags & TCP_ACK)
		acknowledge(c, side, s);
	if (s->flags & TCP_RST) {
		if (reset_valid(c, side, s)) {
			c->reset_by = (uint8_t)side;
			close_conn(tcp, c, true);
		}
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

void tcp_end(struct tcp *tcp)
{
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
		forget(tcp, tcp->open.oldest);
	while (tcp->closed.oldest)
		forget(tcp, tcp->closed.oldest);
	free(tcp->bucket);
	free(tcp->record);
	free(tcp);
}
