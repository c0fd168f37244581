/* SPDX-License-Identifier: GPL-2.0-only */
/* libraries_probe.c - a file that was not looked at before, and the number that it gets. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe/libraries_state.h"
#include "util/clock.h"
#include "util/proc.h"

#define REUSE_NS (600 * 1000000000LL) /* a connection's last event comes when its FIN is answered */

/*
 * A number that no event on its way may still mean: a new one, or the one that was given back
 * longest ago. FILES_MAX: none.
 */
static uint32_t free_number(struct libraries *l)
{
	int64_t oldest_ns = clock_ns(CLOCK_MONOTONIC) - REUSE_NS;
	uint32_t found = FILES_MAX;

	if (l->count < FILES_MAX)
		return (uint32_t)l->count++;
	for (uint32_t i = 0; i < FILES_MAX && l->present < FILES_MAX; i++)
		if (!l->probed[i] && l->bygone[i].gone_ns < oldest_ns) {
			oldest_ns = l->bygone[i].gone_ns;
			found = i;
		}
	return found;
}

static struct probed *read_file(const struct libraries *l, int fd, const char *path, uint32_t number)
{
	struct probed *p = calloc(1, sizeof(*p));
	const char *why;
	struct image *image = p ? image_open(fd, &why) : NULL;

	if (image) {
		library_read(&p->file.library, image, number, l->wish);
		image_close(image);
	}
	if (image && p->file.library.kind && (p->file.path = strdup(path)))
		return p;
	free(p);
	return NULL;
}

uint32_t libraries_probe(struct libraries *l, int fd, const char *path, uint32_t pid)
{
	uint32_t number = free_number(l);
	struct probed *p = number < FILES_MAX ? read_file(l, fd, path, number) : NULL;

	if (!p) {
		l->count -= number + 1 == l->count && !l->bygone[number].gone_ns;
		return 0;
	}
	p->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	p->hits = l->bygone[number].hits;
	unused_begin(l->unused, p);
	libraries_share_version(l, p, pid);
	p->file.error = libraries_attach(l, p, number);
	l->probed[number] = p;
	l->present++;
	libraries_attach_below(l, p);
	return number + 1;
}

void libraries_used(struct libraries *l, uint32_t pid, uint32_t number)
{
	struct probed *p = probed_at(l, number - 1);
	uint64_t pair, *told;

	if (!p || !p->file.library.calls)
		return;
	pair = libraries_mix(proc_program(pid) + libraries_mix((uint64_t)pid << 32 | number));
	told = &l->told[pair % PAIRS];
	if (*told == pair)
		return;
	*told = pair;
	if (!*p->file.library.version)
		libraries_share_version(l, p, pid);
	l->used(l->arg, pid, &p->file);
}

/* Who has the same file mapped through another overlay lends it: this one's is to go. */
static int open_again(const struct probed *p)
{
	int fd = p->use.back ? fcntl(p->fd, F_DUPFD_CLOEXEC, 0) :
		 p->use.elsewhere.pid ? mapping_file(&p->use.elsewhere) : -1;
	struct below below;

	if (fd < 0 || p->use.back || !p->use.below.bytes)
		return fd;
	below_read(&below, fd);
	if (below_same(&below, &p->use.below))
		return fd;
	close(fd);
	return -1;
}

void libraries_again(struct libraries *l, const struct probed *p, uint32_t number)
{
	uint32_t pid = p->use.back ? p->use.user : p->use.elsewhere.pid;
	int fd = open_again(p);
	uint32_t to = fd >= 0 ? libraries_probe(l, fd, p->file.path, pid) : 0;

	if (fd >= 0)
		close(fd);
	seen_change(l, number + 1, to);
	if (to && !*l->probed[to - 1]->file.library.version)
		memcpy(l->probed[to - 1]->file.library.version, p->file.library.version,
		       sizeof(p->file.library.version));
	if (to && p->use.back)
		libraries_used(l, pid, to);
}
