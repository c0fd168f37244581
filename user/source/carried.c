/* SPDX-License-Identifier: GPL-2.0-only */
#include "source/carried.h"

#include <arpa/inet.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/tcp.h"
#include "tlstrace/library_event.h"

struct piece {
	struct piece *next;
	int64_t time_ns;
	bool sent, is_error;
	struct tt_ev_library error;
	size_t bytes;
	uint8_t data[];
};

struct end {
	uint8_t address[16];
	uint16_t port;
	uint32_t seq; /* of the byte that it sends next */
};

struct carried {
	struct end end[2]; /* the local one, the remote one */
	uint8_t family;
	int64_t connect_ns, established_ns, end_ns;
	enum carried_close close;
	struct piece *first, **last;
};

struct carrier {
	struct tcp *tcp;
	void (*event)(void *arg, const void *event, size_t bytes);
	void (*give_up)(void *arg, int64_t time_ns);
	void *arg;
	struct tt_owner owner;
	uint64_t announced; /* connection ID of what is being told, 0: not known to be TLS */
	uint32_t told;
};

/* The library is known to be the connection's before it complains. */
static void tell_library(struct carrier *c, const struct tt_event *open)
{
	struct tt_ev_library e = { .head = *open, .fact = TT_LIBRARY_BOUND, .pid = c->owner.pid };

	e.head.kind = TT_EV_LIBRARY;
	e.head.size = sizeof(e);
	c->announced = open->conn_id;
	c->event(c->arg, &e, sizeof(e));
}

static void on_event(void *arg, const void *event, size_t bytes)
{
	const struct tt_event *head = event;
	struct carrier *c = arg;
	struct tt_ev_open open;

	if (head->kind != TT_EV_OPEN) {
		c->event(c->arg, event, bytes);
		return;
	}
	memcpy(&open, event, sizeof(open));
	open.owner = c->owner;
	c->event(c->arg, &open, sizeof(open));
	tell_library(c, head);
}

struct carrier *carrier_new(const struct tt_owner *owner, bool every_record,
			    void (*event)(void *arg, const void *event, size_t bytes),
			    void (*give_up)(void *arg, int64_t time_ns), void *arg)
{
	struct tcp_config config = { .every_record = every_record, .sealed = true };
	struct carrier *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->event = event;
	c->give_up = give_up;
	c->arg = arg;
	c->owner = *owner;
	c->tcp = tcp_new(&config, on_event, c);
	if (c->tcp)
		return c;
	free(c);
	return NULL;
}

static void put(struct carrier *c, struct carried *conn, bool sent, int64_t time_ns, uint8_t flags,
		const uint8_t *data, size_t bytes)
{
	struct end *from = &conn->end[!sent], *to = &conn->end[sent];
	struct segment s = { .time_ns = time_ns, .from_port = from->port, .to_port = to->port,
			     .seq = from->seq, .ack = to->seq, .flags = flags, .family = conn->family,
			     .data = data, .bytes = (uint32_t)bytes, .wire_bytes = (uint32_t)bytes };

	memcpy(s.from, from->address, 16);
	memcpy(s.to, to->address, 16);
	from->seq += (uint32_t)bytes + !!(flags & (TCP_SYN | TCP_FIN));
	tcp_segment(c->tcp, &s);
}

static void put_end(struct carrier *c, struct carried *conn)
{
	bool here = conn->close != CARRIED_CLOSED_THERE;

	if (conn->close == CARRIED_GIVEN_UP)
		c->give_up(c->arg, conn->end_ns);
	if (conn->close == CARRIED_RESET_THERE) {
		put(c, conn, false, conn->end_ns, TCP_RST | TCP_ACK, NULL, 0);
		return;
	}
	put(c, conn, here, conn->end_ns, TCP_FIN | TCP_ACK, NULL, 0);
	put(c, conn, !here, conn->end_ns, TCP_FIN | TCP_ACK, NULL, 0);
	put(c, conn, here, conn->end_ns, TCP_ACK, NULL, 0);
}

static void tell_error(struct carrier *c, struct piece *p)
{
	if (!c->announced)
		return;
	p->error.head.conn_id = c->announced;
	p->error.pid = c->owner.pid;
	c->event(c->arg, &p->error, sizeof(p->error));
}

void carrier_tell(struct carrier *c, struct carried *conn)
{
	c->announced = 0;
	/* A port that is used again soon is told apart by where the numbers begin. */
	conn->end[0].seq = conn->end[1].seq = ++c->told << 22;
	put(c, conn, true, conn->connect_ns, TCP_SYN, NULL, 0);
	put(c, conn, false, conn->established_ns, TCP_SYN | TCP_ACK, NULL, 0);
	put(c, conn, true, conn->established_ns, TCP_ACK, NULL, 0);
	for (struct piece *p = conn->first; p; p = p->next) {
		if (p->is_error)
			tell_error(c, p);
		else
			put(c, conn, p->sent, p->time_ns, TCP_ACK, p->data, p->bytes);
	}
	put_end(c, conn);
	tcp_idle(c->tcp);
	carried_free(conn);
}

uint64_t carrier_not_tls(const struct carrier *c)
{
	return tcp_counts(c->tcp)->not_tls;
}

void carrier_free(struct carrier *c)
{
	tcp_free(c->tcp);
	free(c);
}

static void set_end(struct end *end, const struct sockaddr_storage *from)
{
	const struct sockaddr_in *v4 = (const void *)from;
	const struct sockaddr_in6 *v6 = (const void *)from;

	if (from->ss_family == AF_INET6) {
		memcpy(end->address, &v6->sin6_addr, 16);
		end->port = ntohs(v6->sin6_port);
		return;
	}
	end->address[10] = end->address[11] = 0xff;
	memcpy(end->address + 12, &v4->sin_addr, 4);
	end->port = ntohs(v4->sin_port);
}

void carried_address(const struct sockaddr_storage *from, char *text, size_t bytes)
{
	struct end end = { .port = 0 };
	char address[INET6_ADDRSTRLEN] = "";
	bool v6 = from->ss_family == AF_INET6;

	set_end(&end, from);
	inet_ntop(v6 ? AF_INET6 : AF_INET, end.address + (v6 ? 0 : 12), address, sizeof(address));
	snprintf(text, bytes, v6 ? "[%s]:%u" : "%s:%u", address, end.port);
}

struct carried *carried_new(const struct sockaddr_storage *local, const struct sockaddr_storage *remote,
			    int64_t connect_ns, int64_t established_ns)
{
	struct carried *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	set_end(&c->end[0], local);
	set_end(&c->end[1], remote);
	c->family = (uint8_t)local->ss_family;
	c->connect_ns = connect_ns;
	c->established_ns = c->end_ns = established_ns;
	c->last = &c->first;
	return c;
}

static struct piece *add(struct carried *c, int64_t time_ns, size_t bytes)
{
	struct piece *p = calloc(1, sizeof(*p) + bytes);

	if (!p)
		return NULL;
	p->time_ns = time_ns;
	p->bytes = bytes;
	*c->last = p;
	c->last = &p->next;
	return p;
}

void carried_bytes(struct carried *c, bool sent, int64_t time_ns, const uint8_t *data, size_t bytes)
{
	struct piece *p = add(c, time_ns, bytes);

	if (!p)
		return;
	p->sent = sent;
	memcpy(p->data, data, bytes);
}

void carried_error(struct carried *c, int64_t time_ns, const struct carried_error *error)
{
	struct piece *p = add(c, time_ns, 0);
	struct tt_ev_library *e = p ? &p->error : NULL;

	if (!p)
		return;
	p->is_error = true;
	e->head = (struct tt_event){ .time_ns = (uint64_t)time_ns, .kind = TT_EV_LIBRARY,
				     .size = sizeof(*e) };
	e->fact = TT_LIBRARY_ERROR;
	e->code = error->reason;
	e->verify = error->verify;
	e->line = error->line;
	e->call = error->call;
	snprintf(e->source, sizeof(e->source), "%s", error->source ? error->source : "");
	snprintf(e->function, sizeof(e->function), "%s", error->function ? error->function : "");
}

void carried_end(struct carried *c, int64_t time_ns, enum carried_close how)
{
	c->end_ns = time_ns;
	c->close = how;
}

void carried_free(struct carried *c)
{
	while (c && c->first) {
		struct piece *p = c->first;

		c->first = p->next;
		OPENSSL_cleanse(p->data, p->bytes);
		free(p);
	}
	free(c);
}
