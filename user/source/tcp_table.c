/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "source/tcp_conn.h"

static uint64_t mix(uint64_t seed, const uint8_t address[16], uint16_t port)
{
	uint64_t a, b;

	memcpy(&a, address, 8);
	memcpy(&b, address + 8, 8);
	a = (a ^ seed) * 0x9e3779b97f4a7c15ULL;
	b = (b + port) ^ (a >> 31) ^ a;
	b = (b ^ (a >> 29)) * 0xbf58476d1ce4e5b9ULL;
	return b ^ b >> 32;
}

/* The same for both directions. */
static struct tcp_conn **bucket(struct tcp *tcp, const struct segment *s)
{
	uint64_t hash = mix(tcp->seed, s->from, s->from_port) + mix(tcp->seed, s->to, s->to_port);

	return &tcp->bucket[hash % TABLE_BUCKETS];
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

static struct conn_list *list_of(struct tcp *tcp, const struct tcp_conn *c)
{
	return c->closed ? &tcp->closed : c->reset_by != NO_SIDE ? &tcp->reset : &tcp->open;
}

void table_forget(struct tcp *tcp, struct tcp_conn *c)
{
	struct segment s = { .from_port = c->port[0], .to_port = c->port[1] };
	struct tcp_conn **at;

	memcpy(s.from, c->address[0], 16);
	memcpy(s.to, c->address[1], 16);
	for (at = bucket(tcp, &s); *at != c; at = &(*at)->next)
		;
	*at = c->next;
	unlist(list_of(tcp, c), c);
	if (tcp->last == c)
		tcp->last = NULL;
	half_free(&c->half[0]);
	half_free(&c->half[1]);
	first_free(c);
	free(c);
}

struct tcp_conn *table_find(struct tcp *tcp, const struct segment *s, int *side)
{
	if (tcp->last && (*side = sender(tcp->last, s)) != NO_SIDE)
		return tcp->last;
	for (struct tcp_conn *c = *bucket(tcp, s); c; c = c->next)
		if ((*side = sender(c, s)) != NO_SIDE)
			return c;
	return NULL;
}

struct tcp_conn *table_add(struct tcp *tcp, const struct segment *s)
{
	struct tcp_conn *c = calloc(1, sizeof(*c)), **at = bucket(tcp, s);

	if (!c)
		return NULL;
	memcpy(c->address[0], s->from, 16);
	memcpy(c->address[1], s->to, 16);
	c->port[0] = s->from_port;
	c->port[1] = s->to_port;
	c->family = s->family;
	c->initiator = c->fin_first = c->reset_by = NO_SIDE;
	c->half[0].stream.first = c->half[1].stream.first = true;
	c->next = *at;
	*at = c;
	list_newest(&tcp->open, c);
	return c;
}

void table_touch(struct tcp *tcp, struct tcp_conn *c)
{
	tcp->last = c;
	if (tcp->open.newest == c || c->reset_by != NO_SIDE)
		return;
	unlist(&tcp->open, c);
	list_newest(&tcp->open, c);
}

void table_reset(struct tcp *tcp, struct tcp_conn *c)
{
	unlist(&tcp->open, c);
	list_newest(&tcp->reset, c);
}

void table_closed(struct tcp *tcp, struct tcp_conn *c)
{
	unlist(list_of(tcp, c), c);
	c->closed = true;
	list_newest(&tcp->closed, c);
}
