/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "probe/libraries_state.h"
#include "util/clock.h"
#include "util/proc.h"

#define TURN_NS 5000000LL

/*
 * The inode of a file in which nothing was found may be another file's by now: a package was
 * upgraded. Files with probes are held open, so their inodes are theirs.
 */
static bool is_another(const struct seen *s, const struct mapping *m)
{
	return !s->number && m->generation && m->generation != s->generation;
}

/* Another overlay may be known by this device by now. */
static bool is_strange(const struct libraries *l, const struct seen *s, const struct mapping *m)
{
	const struct probed *p = s->number ? probed_at(l, s->number - 1) : NULL;

	return p && p->use.below.bytes && !unused_is(p, m);
}

static void take(void *arg, const struct mapping *m)
{
	struct libraries *l = arg;
	struct seen *s = seen_add(l, makedev(m->major, m->minor), m->inode);
	int fd;

	if (!s)
		return;
	if (!s->looked_at || is_another(s, m) || is_strange(l, s, m)) {
		fd = mapping_file(m);
		if (fd < 0)
			return; /* gone again; it is looked at when it comes back */
		fd = unused_own(l->unused, fd, m->path);
		s->generation = m->generation;
		s->number = below_known(l, fd);
		if (!s->number)
			s->number = libraries_probe(l, fd, m->path, m->pid);
		s->looked_at = s->number || l->present < FILES_MAX;
		close(fd);
	}
	if (s->number) {
		unused_not(l->probed[s->number - 1], m);
		libraries_used(l, m->pid, s->number);
	}
}

void libraries_expect(struct libraries *l, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat info;
	struct seen *s;

	if (fd < 0)
		return;
	if (!fstat(fd, &info) && S_ISREG(info.st_mode) &&
	    (s = seen_add(l, info.st_dev, info.st_ino)) && !s->looked_at) {
		s->looked_at = true;
		s->number = libraries_probe(l, fd, path, 0);
	}
	close(fd);
}

static void take_usual(struct libraries *l)
{
	static const char *const places[] = {
		"/lib/*/lib{ssl,crypto,gnutls}.so.*", "/lib64/lib{ssl,crypto,gnutls}.so.*",
		"/usr/lib/*/lib{ssl,crypto,gnutls}.so.*", "/usr/lib64/lib{ssl,crypto,gnutls}.so.*",
		"/usr/local/lib/lib{ssl,crypto,gnutls}.so.*", "/usr/bin/node", "/usr/local/bin/node",
		"/lib/*/lib{nspr4,ssl3,nss3}.so", "/usr/lib/*/lib{nspr4,ssl3,nss3}.so",
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		glob_t found;

		if (!glob(places[i], GLOB_BRACE | GLOB_NOSORT, NULL, &found))
			for (size_t k = 0; k < found.gl_pathc; k++)
				libraries_expect(l, found.gl_pathv[k]);
		globfree(&found);
	}
}

struct libraries *libraries_open(struct bpf_program *program, bool multi, bool busy,
				 struct library_wish wish,
				 void (*used)(void *arg, uint32_t pid,
					      const struct library_file *file),
				 void *arg)
{
	struct libraries *l = calloc(1, sizeof(*l));

	if (!l || !(l->unused = unused_open())) {
		free(l);
		return NULL;
	}
	l->program = program;
	l->multi = multi;
	l->with_busy = busy;
	l->wish = wish;
	l->used = used;
	l->arg = arg;
	l->mappings = mappings_open(take, l);
	return l;
}

struct asked {
	struct libraries *libraries;
	void (*used)(void *arg, uint32_t pid, const struct library_file *file);
	void *arg;
	uint32_t before; /* the file of the last line: a file is mapped many times in a row */
	int files, mappings;
};

static void answer(void *arg, const struct mapping *m)
{
	struct asked *a = arg;
	const struct seen *s = seen_find(a->libraries, makedev(m->major, m->minor), m->inode);
	struct probed *p = s->number ? probed_at(a->libraries, s->number - 1) : NULL;

	a->mappings++;
	if (!p || s->number == a->before || !p->file.library.calls)
		return;
	a->before = s->number;
	a->files++;
	a->used(a->arg, m->pid, &p->file);
}

int libraries_of(struct libraries *l, uint32_t pid,
		 void (*used)(void *arg, uint32_t pid, const struct library_file *file), void *arg)
{
	struct asked asked = { .libraries = l, .used = used, .arg = arg };

	mappings_scan(pid, take, l); /* what is not known yet */
	mappings_scan(pid, answer, &asked);
	return asked.mappings ? asked.files : -1;
}

size_t libraries_scan(struct libraries *l)
{
	size_t refused = mappings_scan(0, take, l);

	take_usual(l);
	return refused;
}

bool libraries_take(struct libraries *l)
{
	int64_t until_ns = clock_ns(CLOCK_MONOTONIC) + TURN_NS;
	uint64_t lost = 0;
	bool all = !l->mappings || mappings_take(l->mappings, until_ns, &lost);

	l->missed += lost;
	if (lost && !l->again)
		l->again = mapped_now_open();
	if (l->again && all && mapped_now_some(l->again, until_ns, take, l))
		l->again = NULL;
	if (all && !l->again)
		libraries_look(l, until_ns);
	return all && !l->again;
}

bool libraries_known(const struct libraries *l, uint32_t file, struct library_known *known)
{
	const struct probed *p = file < l->count ? l->probed[file] : NULL;

	if (file >= l->count || (!p && !l->bygone[file].gone_ns))
		return false;
	if (!p) {
		*known = l->bygone[file].known;
		return true;
	}
	known->kind = p->file.library.kind;
	known->whole_ns = p->file.whole_ns;
	memcpy(known->version, p->file.library.version, sizeof(known->version));
	return true;
}

bool libraries_sealed(const struct libraries *l, int64_t since_ns)
{
	bool any = false;

	for (size_t i = 0; i < l->count; i++) {
		const struct probed *p = probed_at(l, i);

		if (!p || !p->file.library.seals)
			continue;
		any = true;
		if (!p->file.whole_ns || p->file.whole_ns > since_ns)
			return false;
	}
	return any;
}

bool libraries_follow(const struct libraries *l)
{
	return l->mappings;
}

uint64_t libraries_missed(const struct libraries *l)
{
	return l->missed;
}

size_t libraries_count(const struct libraries *l)
{
	return l->present;
}

static void detach_all(struct libraries *l)
{
	struct uprobes **all = calloc(GROUPS * l->count, sizeof(*all));
	size_t count = 0;

	if (!all)
		return; /* one after the other, then */
	for (size_t i = 0; i < l->count; i++)
		for (int group = 0; l->probed[i] && group < GROUPS; group++)
			all[count++] = &l->probed[i]->group[group];
	uprobes_detach_all(all, count);
	free(all);
}

void libraries_close(struct libraries *l)
{
	if (l->mappings)
		mappings_close(l->mappings);
	if (l->again)
		mapped_now_close(l->again);
	unused_close(l->unused);
	detach_all(l);
	for (size_t i = 0; i < l->count; i++) {
		struct probed *p = l->probed[i];

		if (!p)
			continue;
		for (int group = 0; group < GROUPS; group++)
			uprobes_detach(&p->group[group]);
		close(p->fd);
		free((char *)p->file.path);
		free(p);
	}
	free(l);
}
