/* SPDX-License-Identifier: GPL-2.0-only */
#include "source/link_ip.h"

#include <string.h>
#include <sys/socket.h>

#include "source/link_tag.h"

#define NESTED_MAX 4 /* IP in IP */
#define HEADERS_MAX 16 /* IPv6 extension headers of one packet */

enum { PROTO_HOP = 0, PROTO_IPIP = 4, PROTO_TCP = 6, PROTO_UDP = 17, PROTO_IPV6 = 41, PROTO_ROUTING = 43,
       PROTO_FRAGMENT = 44, PROTO_GRE = 47, PROTO_AH = 51, PROTO_DESTINATION = 60, PROTO_MOBILITY = 135,
       PROTO_HIP = 139, PROTO_SHIM6 = 140 };

struct packet {
	const struct ip_out *out;
	int nested;
	struct segment s; /* time and addresses so far */
};

static void any_packet(const struct packet *outer, struct view v);
static void payload(struct packet *p, uint8_t protocol, struct view v);

static void tcp(struct packet *p, struct view v)
{
	uint32_t header;

	if (v.bytes < 20)
		return;
	header = (v.at[12] >> 4) * 4;
	p->s.from_port = be16(v.at);
	p->s.to_port = be16(v.at + 2);
	p->s.seq = be32(v.at + 4);
	p->s.ack = be32(v.at + 8);
	p->s.flags = v.at[13];
	if (header < 20 || header > v.wire_bytes)
		return;
	/* Options that were cut off are nothing lost. */
	if (header > v.bytes) {
		v.wire_bytes -= header;
		v.bytes = 0;
	} else {
		view_skip(&v, header);
	}
	p->s.data = v.at;
	p->s.bytes = v.bytes;
	p->s.wire_bytes = v.wire_bytes;
	p->out->segment(p->out->arg, &p->s);
}

static void fragment(struct packet *p, uint8_t protocol, uint32_t id, uint32_t offset, bool more,
		     struct view v)
{
	struct fragment_key key = { .id = id, .protocol = protocol, .family = p->s.family };
	struct view whole;

	memcpy(key.from, p->s.from, 16);
	memcpy(key.to, p->s.to, 16);
	if (fragments_add(p->out->fragments, &key, offset, more, v, &whole))
		payload(p, protocol, whole);
}

static void ipv4(struct packet *p, struct view v)
{
	uint32_t header, total, offset, id;
	uint8_t protocol;
	bool more;

	if (v.bytes < 20)
		return;
	header = (v.at[0] & 15) * 4;
	total = be16(v.at + 2);
	/* Segmentation offload leaves 0 in what is sent from this host. */
	if (!total)
		total = v.wire_bytes;
	if (header < 20 || total < header || v.bytes < header)
		return;
	p->s.family = AF_INET;
	memset(p->s.from, 0, 10);
	memset(p->s.from + 10, 0xff, 2);
	memcpy(p->s.from + 12, v.at + 12, 4);
	memset(p->s.to, 0, 10);
	memset(p->s.to + 10, 0xff, 2);
	memcpy(p->s.to + 12, v.at + 16, 4);
	id = be16(v.at + 4);
	offset = (be16(v.at + 6) & 0x1fff) * 8;
	more = be16(v.at + 6) & 0x2000;
	protocol = v.at[9];
	view_limit(&v, total);
	view_skip(&v, header);
	if (offset || more)
		fragment(p, protocol, id, offset, more, v);
	else
		payload(p, protocol, v);
}

/* Each extension header says what the next is and, but for fragments, how long it is. */
static void extensions(struct packet *p, uint8_t next, struct view v)
{
	for (int i = 0; i < HEADERS_MAX; i++) {
		uint32_t bytes;

		switch (next) {
		case PROTO_HOP:
		case PROTO_ROUTING:
		case PROTO_DESTINATION:
		case PROTO_MOBILITY:
		case PROTO_HIP:
		case PROTO_SHIM6:
		case PROTO_AH:
			if (v.bytes < 8)
				return;
			bytes = next == PROTO_AH ? (v.at[1] + 2) * 4 : (v.at[1] + 1) * 8;
			next = v.at[0];
			if (!view_skip(&v, bytes))
				return;
			break;
		case PROTO_FRAGMENT:
			if (v.bytes < 8)
				return;
			next = v.at[0];
			bytes = be16(v.at + 2);
			if (bytes & 0xfff9) {
				uint32_t id = be32(v.at + 4);

				view_skip(&v, 8);
				fragment(p, next, id, bytes & 0xfff8, bytes & 1, v);
				return;
			}
			view_skip(&v, 8);
			break;
		default: payload(p, next, v); return;
		}
	}
}

static void ipv6(struct packet *p, struct view v)
{
	uint32_t length;
	uint8_t next;

	if (v.bytes < 40)
		return;
	p->s.family = AF_INET6;
	memcpy(p->s.from, v.at + 8, 16);
	memcpy(p->s.to, v.at + 24, 16);
	length = be16(v.at + 4);
	next = v.at[6];
	view_skip(&v, 40);
	/* 0: a jumbogram, or segmentation offload. */
	if (length)
		view_limit(&v, length);
	extensions(p, next, v);
}

static void payload(struct packet *p, uint8_t protocol, struct view v)
{
	switch (protocol) {
	case PROTO_TCP: tcp(p, v); return;
	case PROTO_IPIP:
	case PROTO_IPV6: any_packet(p, v); return;
	case PROTO_GRE:
		if (link_gre(&v))
			any_packet(p, v);
		return;
	case PROTO_UDP:
		if (link_udp_tunnel(&v))
			any_packet(p, v);
		return;
	case PROTO_HOP:
	case PROTO_ROUTING:
	case PROTO_DESTINATION:
	case PROTO_AH:
		/* Behind the header of a fragment that is whole now. */
		if (p->s.family == AF_INET6 && p->nested++ < NESTED_MAX)
			extensions(p, protocol, v);
		return;
	}
}

static void any_packet(const struct packet *outer, struct view v)
{
	struct packet p = *outer;

	if (!v.bytes || p.nested++ >= NESTED_MAX)
		return;
	if (v.at[0] >> 4 == 4)
		ipv4(&p, v);
	else if (v.at[0] >> 4 == 6)
		ipv6(&p, v);
}

void ip_packet(const struct ip_out *out, int64_t time_ns, struct view view)
{
	struct packet p;

	p.out = out;
	p.nested = 0;
	p.s.time_ns = time_ns;
	any_packet(&p, view);
}
