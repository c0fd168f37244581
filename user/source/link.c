/* SPDX-License-Identifier: GPL-2.0-only */
#include "source/link.h"

#include <pcap/dlt.h>
#include <stdlib.h>

#include "source/link_ip.h"
#include "source/link_tag.h"

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
		if (kinds[i].type_at < 0 || link_untag(&v, be16(data + kinds[i].type_at)))
			ip_packet(&link->out, time_ns, v);
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
