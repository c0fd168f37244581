/* SPDX-License-Identifier: GPL-2.0-only */
/* link_tag.h - inside link.c: what lies between an EtherType and the IP packet. */
#ifndef TT_SOURCE_LINK_TAG_H
#define TT_SOURCE_LINK_TAG_H

#include "source/link.h"

enum ether_type {
	ETHER_IPV4 = 0x0800,
	ETHER_TRANSPARENT = 0x6558, /* a whole frame, inside a tunnel */
	ETHER_VLAN = 0x8100,
	ETHER_IPV6 = 0x86dd,
	ETHER_MPLS = 0x8847,
	ETHER_MPLS_MULTICAST = 0x8848,
	ETHER_PPPOE = 0x8864,
	ETHER_QINQ = 0x88a8,
	ETHER_ERSPAN = 0x88be,
	ETHER_ERSPAN3 = 0x22eb,
	ETHER_QINQ_OLD = 0x9100,
};

#define ETHERNET_BYTES 14

/* Pass over VLAN tags, MPLS labels, PPPoE and SNAP; true when an IP packet follows. */
bool link_untag(struct view *v, uint16_t type);
/*
 * Into a tunnel, behind its IP header: GRE (RFC 2784, 2890) with ERSPAN, or UDP to the ports
 * of VXLAN (RFC 7348) and Geneve (RFC 8926). True when *v is an IP packet.
 */
bool link_gre(struct view *v);
bool link_udp_tunnel(struct view *v);

#endif /* TT_SOURCE_LINK_TAG_H */
