/* SPDX-License-Identifier: GPL-2.0-only */
/* link_ip.h - inside link.c: an IP packet to TCP segments. */
#ifndef TT_SOURCE_LINK_IP_H
#define TT_SOURCE_LINK_IP_H

#include "source/fragments.h"
#include "source/link.h"

struct ip_out {
	struct fragments *fragments;
	void (*segment)(void *arg, const struct segment *segment);
	void *arg;
};

/* A packet that begins with an IP header of either version. */
void ip_packet(const struct ip_out *out, int64_t time_ns, struct view view);

#endif /* TT_SOURCE_LINK_IP_H */
