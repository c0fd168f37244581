/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>

#include "source/tcp_conn.h"
#include "util/hash.h"

#define HELD_BYTES (1 << 20) /* out of order, a direction */
#define HELD_COUNT 1024
#define PATIENCE_COUNT 32	     /* chunks that wait for bytes the receiver has */
#define PATIENCE_NS 1000000000LL
#define FAR_BYTES (1 << 24) /* behind: not a retransmission */
#define FAR_COUNT 8

/* a - b in sequence space. */
static int32_t after(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b);
}

/* Part of a segment or chunk that is to be placed. */
struct piece {
	int64_t time_ns;
	uint32_t seq, bytes, wire_bytes;
	const uint8_t *data;
};

static void advance(struct piece *p, uint32_t n)
{
	uint32_t there = n < p->bytes ? n : p->bytes;

	p->seq += n;
	p->wire_bytes -= n;
	p->data += there;
	p->bytes -= there;
}

/* In order: what the record machine looked at is remembered, the bulk of data is not. */
static void deliver(struct tcp *tcp, struct tcp_conn *c, int side, const struct piece *p)
{
	struct half *h = &c->half[side];
	struct stream *s = &h->stream;

	h->next += p->wire_bytes;
	if (p->bytes && !(s->state == STREAM_TLS && !s->copy && p->bytes <= s->body_left) &&
	    s->state != STREAM_NOT) {
		h->seen[h->seen_at].seq = p->seq;
		h->seen[h->seen_at].bytes = p->bytes;
		h->seen[h->seen_at].digest = (uint32_t)hash_bytes(0, p->data, p->bytes);
		h->seen_at = (h->seen_at + 1) % SEEN;
	}
	conn_bytes(tcp, c, side, p->time_ns, p->data, p->bytes);
	if (p->wire_bytes > p->bytes)
		conn_gap(tcp, c, side, p->time_ns, p->wire_bytes - p->bytes);
}

/* Deliver what is held and due. `time_ns`: of the packet that filled the hole; 0: its own. */
static void drain(struct tcp *tcp, struct tcp_conn *c, int side, int64_t time_ns)
{
	struct half *h = &c->half[side];

	while (h->held && after(h->held->seq, h->next) <= 0) {
		struct chunk *chunk = h->held;
		struct piece p = { time_ns ? time_ns : chunk->time_ns, chunk->seq, chunk->bytes,
				   chunk->wire_bytes, chunk->data };

		h->held = chunk->next;
		h->held_bytes -= chunk->bytes;
		h->held_count--;
		if (after(p.seq + p.wire_bytes, h->next) > 0) {
			advance(&p, h->next - p.seq);
			deliver(tcp, c, side, &p);
		}
		free(chunk);
	}
}

static void skip_hole(struct tcp *tcp, struct tcp_conn *c, int side)
{
	struct half *h = &c->half[side];

	tcp->counts.holes++;
	conn_gap(tcp, c, side, h->held->time_ns, h->held->seq - h->next);
	h->next = h->held->seq;
	drain(tcp, c, side, 0);
}

/* The first bytes are kept; that others came is told of. */
static void alter(struct tcp *tcp, struct tcp_conn *c)
{
	c->altered++;
	tcp->counts.conflicts++;
}

static void compare(struct tcp *tcp, struct tcp_conn *c, const struct chunk *chunk,
		    const struct piece *p, uint32_t bytes)
{
	uint32_t at = p->seq - chunk->seq;

	if (at >= chunk->bytes)
		return;
	if (bytes > chunk->bytes - at)
		bytes = chunk->bytes - at;
	if (bytes > p->bytes)
		bytes = p->bytes;
	if (bytes && memcmp(chunk->data + at, p->data, bytes))
		alter(tcp, c);
}

/* Keep what no earlier chunk covers. */
static void hold(struct tcp *tcp, struct tcp_conn *c, struct half *h, struct piece p)
{
	struct chunk **at = &h->held;
	bool kept = false;

	while (p.wire_bytes) {
		struct chunk *chunk;
		uint32_t room = p.wire_bytes;

		while (*at && after((*at)->seq + (*at)->wire_bytes, p.seq) <= 0)
			at = &(*at)->next;
		chunk = *at;
		if (chunk && after(chunk->seq, p.seq) <= 0) {
			uint32_t overlap = chunk->seq + chunk->wire_bytes - p.seq;

			overlap = overlap < room ? overlap : room;
			compare(tcp, c, chunk, &p, overlap);
			advance(&p, overlap);
			continue;
		}
		if (chunk && chunk->seq - p.seq < room)
			room = chunk->seq - p.seq;
		chunk = malloc(sizeof(*chunk) + (p.bytes < room ? p.bytes : room));
		if (!chunk)
			return;
		*chunk = (struct chunk){ *at, p.time_ns, p.seq, p.bytes < room ? p.bytes : room, room };
		if (chunk->bytes)
			memcpy(chunk->data, p.data, chunk->bytes);
		*at = chunk;
		at = &chunk->next;
		h->held_bytes += chunk->bytes;
		h->held_count++;
		kept = true;
		advance(&p, room);
	}
	c->retransmits += !kept;
}

/* All of it was seen before. */
static void again(struct tcp *tcp, struct tcp_conn *c, struct half *h, const struct piece *p)
{
	c->retransmits++;
	for (int i = 0; i < SEEN; i++)
		if (h->seen[i].bytes && h->seen[i].seq == p->seq && h->seen[i].bytes == p->bytes &&
		    h->seen[i].digest != (uint32_t)hash_bytes(0, p->data, p->bytes))
			alter(tcp, c);
}

/* Where a direction begins that has no SYN: inside whatever it carries. */
static void position(struct tcp_conn *c, struct half *h, uint32_t seq)
{
	h->positioned = true;
	h->next = seq;
	if (c->initiator == NO_SIDE)
		h->stream.state = STREAM_LOST;
}

/* A number far behind again and again is another place, not the past. */
static bool moved(struct tcp *tcp, struct tcp_conn *c, int side, const struct piece *p)
{
	struct half *h = &c->half[side];

	if (++h->far < FAR_COUNT)
		return false;
	half_flush(tcp, c, side);
	conn_gap(tcp, c, side, p->time_ns, 1);
	h->stream.state = h->stream.state == STREAM_NOT ? STREAM_NOT : STREAM_LOST;
	h->next = p->seq;
	return true;
}

void half_data(struct tcp *tcp, struct tcp_conn *c, int side, const struct segment *s)
{
	struct half *h = &c->half[side];
	struct piece p = { s->time_ns, s->seq + !!(s->flags & TCP_SYN), s->bytes, s->wire_bytes,
			   s->data };
	int32_t ahead;
	uint32_t old;

	c->data = true;
	c->data_ns = s->time_ns;
	if (!h->positioned)
		position(c, h, p.seq);
	ahead = after(p.seq, h->next);
	if (ahead < -FAR_BYTES && moved(tcp, c, side, &p))
		ahead = 0;
	if (ahead > 0) {
		if (h->stream.state == STREAM_NOT)
			h->next = p.seq + p.wire_bytes;
		else
			hold(tcp, c, h, p);
		return;
	}
	if (ahead < 0) {
		/* A keep-alive sends the last byte before again, or anything in its place. */
		if (ahead == -1 && p.wire_bytes <= 1)
			return;
		old = h->next - p.seq;
		if (old >= p.wire_bytes) {
			again(tcp, c, h, &p);
			return;
		}
		c->retransmits++;
		advance(&p, old);
	}
	h->far = 0;
	deliver(tcp, c, side, &p);
	if (h->held)
		drain(tcp, c, side, s->time_ns);
}

void half_settle(struct tcp *tcp, struct tcp_conn *c, int side, int64_t time_ns)
{
	struct half *h = &c->half[side];

	while (h->held) {
		bool acked = h->was_acked && after(h->acked, h->held->seq) >= 0;
		bool patient = h->held_count < PATIENCE_COUNT &&
			       time_ns - h->held->time_ns < PATIENCE_NS;

		if (h->held_bytes <= HELD_BYTES && h->held_count <= HELD_COUNT && (!acked || patient))
			return;
		skip_hole(tcp, c, side);
	}
}

void half_flush(struct tcp *tcp, struct tcp_conn *c, int side)
{
	struct half *h = &c->half[side];
	int32_t missing;
	uint32_t end;

	while (h->held)
		skip_hole(tcp, c, side);
	end = h->fin ? h->fin_seq : h->acked;
	missing = h->positioned && (h->fin || h->was_acked) ? after(end, h->next) : 0;
	/* One more was acknowledged than was seen: the FIN. */
	if (missing > !h->fin && missing < FAR_BYTES) {
		tcp->counts.holes++;
		conn_gap(tcp, c, side, c->last_ns, missing);
		h->next = end;
	}
	conn_records_end(tcp, c, side, c->last_ns);
}

void half_free(struct half *h)
{
	while (h->held) {
		struct chunk *chunk = h->held;

		h->held = chunk->next;
		free(chunk);
	}
	h->held_bytes = 0;
	h->held_count = 0;
	records_free(&h->stream);
}
