/* SPDX-License-Identifier: GPL-2.0-only */
/* libraries_seen.c - the files that were looked at, by device and inode. */
#include <stdlib.h>
#include <string.h>

#include "probe/libraries_state.h"

struct seen *seen_find(struct libraries *l, uint64_t device, uint64_t inode)
{
	uint64_t at = libraries_mix(inode + libraries_mix(device));

	for (;; at++) {
		struct seen *s = &l->seen[at % SEEN_BUCKETS];

		if (!s->inode || (s->inode == inode && s->device == device))
			return s;
	}
}

/* Files with nothing in them are only remembered so as not to be read again: they can go. */
static void forget_empty(struct libraries *l)
{
	struct seen *old = malloc(sizeof(l->seen));

	if (!old)
		return;
	memcpy(old, l->seen, sizeof(l->seen));
	memset(l->seen, 0, sizeof(l->seen));
	l->seen_count = 0;
	for (size_t i = 0; i < SEEN_BUCKETS; i++)
		if (old[i].number) {
			*seen_find(l, old[i].device, old[i].inode) = old[i];
			l->seen_count++;
		}
	free(old);
}

struct seen *seen_add(struct libraries *l, uint64_t device, uint64_t inode)
{
	struct seen *s = seen_find(l, device, inode);

	if (!s->inode && l->seen_count >= SEEN_BUCKETS / 4 * 3) {
		forget_empty(l);
		s = seen_find(l, device, inode);
	}
	if (!s->inode && l->seen_count >= SEEN_BUCKETS / 4 * 3)
		return NULL;
	l->seen_count += !s->inode;
	s->device = device;
	s->inode = inode;
	return s;
}

void seen_change(struct libraries *l, uint32_t from, uint32_t to)
{
	for (size_t i = 0; i < SEEN_BUCKETS; i++)
		if (l->seen[i].number == from) {
			l->seen[i].number = to;
			l->seen[i].looked_at = to;
		}
}
