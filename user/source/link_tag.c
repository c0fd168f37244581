/* SPDX-License-Identifier: GPL-2.0-only */
#include "source/link_tag.h"

#define TAGS_MAX 8 /* VLAN tags and MPLS labels of one packet */
#define UDP_BYTES 8
#define TUNNEL_BYTES 8 /* the fixed part of VXLAN's and Geneve's header */

enum { PPP_IPV4 = 0x0021, PPP_IPV6 = 0x0057 };
enum { PORT_VXLAN = 4789, PORT_GENEVE = 6081 };
enum { GRE_CHECKSUM = 0x8000, GRE_ROUTING = 0x4000, GRE_KEY = 0x2000, GRE_SEQUENCE = 0x1000, GRE_VERSION = 7 };

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

bool link_untag(struct view *v, uint16_t type)
{
	for (int tags = 0; tags < TAGS_MAX; tags++) {
		if (type < 1536 && !snap(v, &type))
			return false;
		switch (type) {
		case ETHER_VLAN:
		case ETHER_QINQ:
		case ETHER_QINQ_OLD:
			if (v->bytes < 4)
				return false;
			type = be16(v->at + 2);
			view_skip(v, 4);
			break;
		case ETHER_MPLS:
		case ETHER_MPLS_MULTICAST: return pop_labels(v);
		case ETHER_PPPOE: return pppoe(v);
		case ETHER_IPV4:
		case ETHER_IPV6: return true;
		default: return false;
		}
	}
	return false;
}

static bool ethernet(struct view *v)
{
	uint16_t type;

	if (v->bytes < ETHERNET_BYTES)
		return false;
	type = be16(v->at + 12);
	return view_skip(v, ETHERNET_BYTES) && link_untag(v, type);
}

/* What a tunnel says that it carries. */
static bool carried(struct view *v, uint16_t type)
{
	return type == ETHER_TRANSPARENT ? ethernet(v) : link_untag(v, type);
}

bool link_gre(struct view *v)
{
	uint16_t flags, type;
	uint32_t skip = 4;

	if (v->bytes < 4)
		return false;
	flags = be16(v->at);
	type = be16(v->at + 2);
	if (flags & (GRE_VERSION | GRE_ROUTING)) /* PPTP; source routes nobody uses */
		return false;
	skip += 4 * (!!(flags & GRE_CHECKSUM) + !!(flags & GRE_KEY) + !!(flags & GRE_SEQUENCE));
	if (!view_skip(v, skip))
		return false;
	if (type == ETHER_ERSPAN) /* type II has a header and numbers its packets, type I neither */
		return view_skip(v, flags & GRE_SEQUENCE ? 8 : 0) && ethernet(v);
	if (type == ETHER_ERSPAN3) /* its last bit tells of 8 bytes more */
		return v->bytes >= 12 && view_skip(v, v->at[11] & 1 ? 20 : 12) && ethernet(v);
	return carried(v, type);
}

bool link_udp_tunnel(struct view *v)
{
	uint16_t port, type;
	uint8_t options;

	if (v->bytes < UDP_BYTES + TUNNEL_BYTES)
		return false;
	port = be16(v->at + 2);
	view_skip(v, UDP_BYTES);
	if (port == PORT_VXLAN)
		return v->at[0] & 8 && view_skip(v, TUNNEL_BYTES) && ethernet(v);
	options = v->at[0] & 0x3f;
	type = be16(v->at + 2);
	return port == PORT_GENEVE && v->at[0] >> 6 == 0 && view_skip(v, TUNNEL_BYTES + 4 * options) &&
	       carried(v, type);
}
