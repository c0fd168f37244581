/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libraries_unused.c - an end to probes on files that nobody has mapped any more. A probe holds
 * its file, and with it the disk space of a file without a name and the mount it lies on: a
 * container's could not be unmounted.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "probe/go.h"
#include "probe/libraries_state.h"
#include "util/clock.h"

#define LOOK_NS 1000000000LL
#define LOOKS 2 /* a child that was not there yet may have its mappings of a parent that is gone */
#define BATCH 256
#define HOMES 4

struct unused {
	uint64_t home[HOMES]; /* mounts; 0: none */
	struct mapped_now *now;
	int64_t looked_ns;
	pthread_t thread;
	bool busy, done; /* the thread */
	size_t count;
	uint32_t number[BATCH];
	struct uprobes *from[GROUPS * BATCH];
};

static bool ask(int at, const char *path, struct statx *about)
{
	return !statx(at, path, AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, /* no server is asked */
		      STATX_INO | STATX_NLINK | STATX_MNT_ID, about);
}

/* Where a program lies that may start at any time; also the host's, seen from a container. */
struct unused *unused_open(void)
{
	static const char *const homes[HOMES] = { "/", "/usr", "/proc/1/root/", "/proc/1/root/usr" };
	struct unused *u = calloc(1, sizeof(*u));
	struct statx about;

	for (size_t i = 0; u && i < HOMES; i++)
		if (ask(AT_FDCWD, homes[i], &about) && about.stx_mask & STATX_MNT_ID)
			u->home[i] = about.stx_mnt_id;
	return u;
}

static bool is_at_home(const struct unused *u, const struct statx *about)
{
	for (size_t i = 0; i < HOMES && about->stx_mask & STATX_MNT_ID; i++)
		if (about->stx_mnt_id == u->home[i])
			return true;
	return false;
}

static bool is_same(const struct statx *about, uint64_t device, uint64_t inode)
{
	return about->stx_ino == inode &&
	       makedev(about->stx_dev_major, about->stx_dev_minor) == device;
}

int unused_own(const struct unused *u, int fd, const char *path)
{
	struct statx theirs, ours;
	int own = -1;

	if (*path == '/' && ask(fd, "", &theirs) && !is_at_home(u, &theirs) &&
	    ask(AT_FDCWD, path, &ours) && is_at_home(u, &ours) &&
	    is_same(&ours, makedev(theirs.stx_dev_major, theirs.stx_dev_minor), theirs.stx_ino))
		own = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (own < 0)
		return fd;
	close(fd);
	return own;
}

bool unused_ours(const struct probed *p)
{
	struct statx about;

	return ask(AT_FDCWD, p->file.path, &about) && is_same(&about, p->use.device, p->use.inode);
}

void unused_begin(const struct unused *u, struct probed *p)
{
	struct statx about;

	if (!ask(p->fd, "", &about))
		return;
	p->use.device = makedev(about.stx_dev_major, about.stx_dev_minor);
	p->use.inode = about.stx_ino;
	p->use.at_home = is_at_home(u, &about);
	below_read(&p->use.below, p->fd);
}

static void name_range(char range[40], const struct mapping *m)
{
	snprintf(range, 40, "%llx-%llx", (unsigned long long)m->address,
		 (unsigned long long)(m->address + m->bytes));
}

static bool is_mapped_at(const struct probed *p, uint32_t pid, const char *range)
{
	struct statx about;
	char path[80];

	snprintf(path, sizeof(path), "/proc/%u/map_files/%s", pid, range);
	return pid && ask(AT_FDCWD, path, &about) && is_same(&about, p->use.device, p->use.inode);
}

bool unused_is(const struct probed *p, const struct mapping *m)
{
	char range[40];

	name_range(range, m);
	return !p->use.below.layered || is_mapped_at(p, m->pid, range);
}

void unused_not(struct probed *p, const struct mapping *m)
{
	if (!unused_is(p, m)) {
		p->use.elsewhere = *m;
		p->use.elsewhere.path = "";
		return;
	}
	p->use.idle = false;
	p->use.looks = 0;
	p->use.back = p->use.leaving;
	p->use.user = m->pid;
	name_range(p->use.range, m);
}

/* When there is no number left, what nobody has mapped goes, wherever it lies. */
static bool stays(const struct libraries *l, const struct probed *p)
{
	struct statx about;

	return p->use.at_home && l->present < FILES_MAX && ask(p->fd, "", &about) && about.stx_nlink;
}

static void begin_look(struct libraries *l)
{
	bool any = false;

	for (size_t i = 0; i < l->count; i++) {
		struct probed *p = probed_at(l, i);

		if (!p)
			continue;
		p->use.idle = !stays(l, p) && !is_mapped_at(p, p->use.user, p->use.range);
		p->use.elsewhere.pid = 0;
		any |= p->use.idle;
		if (!p->use.idle)
			p->use.looks = 0;
	}
	l->unused->now = any ? mapped_now_open() : NULL;
}

static void found(void *arg, const struct mapping *m)
{
	struct libraries *l = arg;
	const struct seen *s = seen_find(l, makedev(m->major, m->minor), m->inode);
	struct probed *p = s->number ? probed_at(l, s->number - 1) : NULL;

	if (p && p->use.idle)
		unused_not(p, m);
}

static void *take_off(void *arg)
{
	struct unused *u = arg;

	uprobes_detach_all(u->from, GROUPS * u->count);
	__atomic_store_n(&u->done, true, __ATOMIC_RELEASE);
	return NULL;
}

/* The kernel waits for every processor for each of them: not while events come. */
static void let_leave(struct libraries *l)
{
	struct unused *u = l->unused;

	u->count = 0;
	for (size_t i = 0; i < l->count && u->count < BATCH; i++) {
		struct probed *p = probed_at(l, i);

		if (!p || !p->use.idle || ++p->use.looks < LOOKS)
			continue;
		p->use.leaving = true;
		for (int group = 0; group < GROUPS; group++)
			u->from[GROUPS * u->count + (size_t)group] = &p->group[group];
		u->number[u->count++] = (uint32_t)i;
	}
	u->done = false;
	u->busy = u->count && !pthread_create(&u->thread, NULL, take_off, u);
	for (size_t i = 0; !u->busy && i < u->count; i++)
		l->probed[u->number[i]]->use.leaving = false; /* no thread: another time */
}

static void release(struct libraries *l, uint32_t number)
{
	struct probed *p = l->probed[number];
	const struct library *library = &p->file.library;
	struct bygone *gone = &l->bygone[number];

	if (library->kind == LIBRARY_GO)
		go_withdraw(library, number, l->go_fd);
	*gone = (struct bygone){ .known = { .kind = library->kind, .whole_ns = p->file.whole_ns },
				 .hits = p->hits, .gone_ns = clock_ns(CLOCK_MONOTONIC) };
	memcpy(gone->known.version, library->version, sizeof(gone->known.version));
	l->probed[number] = NULL;
	l->present--;
	libraries_again(l, p, number);
	close(p->fd);
	free((char *)p->file.path);
	free(p);
}

static void have_left(struct unused *u, struct libraries *l)
{
	pthread_join(u->thread, NULL);
	u->busy = false;
	for (size_t i = 0; i < u->count; i++)
		release(l, u->number[i]);
}

void libraries_look(struct libraries *l, int64_t until_ns)
{
	struct unused *u = l->unused;
	int64_t now_ns = clock_ns(CLOCK_MONOTONIC);

	if (u->busy) {
		if (__atomic_load_n(&u->done, __ATOMIC_ACQUIRE))
			have_left(u, l);
	} else if (u->now) {
		if (!mapped_now_some(u->now, until_ns, found, l))
			return;
		u->now = NULL;
		let_leave(l);
	} else if (now_ns - u->looked_ns >= LOOK_NS) {
		u->looked_ns = now_ns;
		begin_look(l);
	}
}

void unused_close(struct unused *u)
{
	if (u->busy)
		pthread_join(u->thread, NULL);
	if (u->now)
		mapped_now_close(u->now);
	free(u);
}
