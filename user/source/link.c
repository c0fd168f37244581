/* SPDX-License-Identifier: GPL-2.0-only */
#include "source/link.h"

#include <pcap/dlt.h>
#include <stdlib.h>

#include "source/link_ip.h"

#define TAGS_MAX 8 /* VLAN tags and MPLS labels of one packet */

enum {
	ETHER_IPV4 = 0x0800,
	ETHER_VLAN = 0x8100,
	ETHER_IPV6 = 0x86dd,
	ETHER_MPLS = 0x8847,
	ETHER_MPLS_MULTICAST = 0x8848,
	ETHER_PPPOE = 0x8864,
	ETHER_QINQ = 0x88a8,
	ETHER_QINQ_OLD = 0x9100,
};
enum { PPP_IPV4 = 0x0021, PPP_IPV6 = 0x0057 };

struct link {
	struct ip_out out;
};

struct link *link_new(void (*segment)(void *arg, const struct segment *segment), void *arg)
{
	struct link *link = calloc(1, sizeof(*link));

	if (!link)
		return NULL;
	link->out.segment = segment;
	link->out.arg = arg;
	link->out.fragments = fragments_new();
	if (link->out.fragments)
		return link;
	free(link);
	return NULL;
}

/* Labels of 4 bytes each, the last one marked; what follows tells its version. */
static bool pop_labels(struct view *v)
{
	bool last = false;

	for (int i = 0; i < TAGS_MAX && !last; i++) {
		if (v->bytes < 4)
			return false;
		last = v->at[2] & 1;
		view_skip(v, 4);
	}
	return last;
}

static bool pppoe(struct view *v)
{
	uint16_t protocol;

	if (v->bytes < 8)
		return false;
	protocol = be16(v->at + 6);
	return (protocol == PPP_IPV4 || protocol == PPP_IPV6) && view_skip(v, 8);
}

/* 802.3 with a length in place of the type: LLC and SNAP, then the type. */
static bool snap(struct view *v, uint16_t *type)
{
	if (v->bytes < 8 || be16(v->at) != 0xaaaa || be32(v->at + 2) & 0xffffff00)
		return false;
	*type = be16(v->at + 6);
	return view_skip(v, 8);
}

static void ether(struct link *link, int64_t time_ns, uint16_t type, struct view v)
{
	for (int tags = 0; tags < TAGS_MAX; tags++) {
		if (type < 1536 && !snap(&v, &type))
			return;
		switch (type) {
		case ETHER_VLAN:
		case ETHER_QINQ:
		case ETHER_QINQ_OLD:
			if (v.bytes < 4)
				return;
			type = be16(v.at + 2);
			view_skip(&v, 4);
			break;
		case ETHER_MPLS:
		case ETHER_MPLS_MULTICAST:
			if (pop_labels(&v))
				ip_packet(&link->out, time_ns, v);
			return;
		case ETHER_PPPOE:
			if (pppoe(&v))
				ip_packet(&link->out, time_ns, v);
			return;
		case ETHER_IPV4:
		case ETHER_IPV6: ip_packet(&link->out, time_ns, v); return;
		default: return;
		}
	}
}

/* Where a link type's header ends, and where in it the EtherType is (-1: IP follows). */
static const struct {
	int type;
	uint8_t header_bytes;
	int8_t type_at;
} kinds[] = {
	{ DLT_EN10MB, 14, 12 },	     { DLT_LINUX_SLL, 16, 14 }, { DLT_LINUX_SLL2, 20, 0 },
	{ DLT_NULL, 4, -1 },	     { DLT_LOOP, 4, -1 },	{ DLT_RAW, 0, -1 },
	{ 14 /* of OpenBSD */, 0, -1 }, { 101 /* in files */, 0, -1 }, { DLT_IPV4, 0, -1 },
	{ DLT_IPV6, 0, -1 },
};

#define KINDS (sizeof(kinds) / sizeof(*kinds))

bool link_known(int type)
{
	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].type == type)
			return true;
	return false;
}

void link_packet(struct link *link, int type, int64_t time_ns, const uint8_t *data, uint32_t bytes,
		 uint32_t wire_bytes)
{
	struct view v = { data, bytes, wire_bytes < bytes ? bytes : wire_bytes };

	for (size_t i = 0; i < KINDS; i++) {
		if (kinds[i].type != type)
			continue;
		if (!view_skip(&v, kinds[i].header_bytes))
			return;
		if (kinds[i].type_at < 0)
			ip_packet(&link->out, time_ns, v);
		else
			ether(link, time_ns, be16(data + kinds[i].type_at), v);
		return;
	}
}

uint64_t link_fragments_lost(const struct link *link)
{
	return fragments_lost(link->out.fragments);
}

void link_free(struct link *link)
{
	fragments_free(link->out.fragments);
	free(link);
}
