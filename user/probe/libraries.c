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

static uint64_t mix(uint64_t value)
{
	value *= 0x9e3779b97f4a7c15u;
	return value ^ value >> 29;
}

/* NULL: the table is full. */
static struct seen *find(struct libraries *l, uint64_t device, uint64_t inode)
{
	uint64_t at = mix(inode + mix(device));

	for (;; at++) {
		struct seen *s = &l->seen[at % SEEN_BUCKETS];

		if (s->inode == inode && s->device == device)
			return s;
		if (!s->inode)
			return l->seen_count < SEEN_BUCKETS / 4 * 3 ? s : NULL;
	}
}

static bool beside(const char *a, const char *b)
{
	const char *end = strrchr(a, '/'), *other = strrchr(b, '/');

	return end && other && end - a == other - b && !strncmp(a, b, (size_t)(end - a));
}

/* libssl does not tell its version; the libcrypto beside it does. */
static void share_version(struct libraries *l, struct library_file *file)
{
	for (size_t i = 0; i < l->count; i++) {
		struct library_file *other = &l->probed[i]->file;
		bool known = *file->library.version;

		if (other->library.kind != file->library.kind || !beside(other->path, file->path) ||
		    known == (*other->library.version != 0))
			continue;
		memcpy(known ? other->library.version : file->library.version,
		       known ? file->library.version : other->library.version,
		       sizeof(file->library.version));
	}
}

/* The number + 1 of what was probed in the file, 0 for nothing. */
static uint32_t probe(struct libraries *l, int fd, const char *path)
{
	struct probed *p = l->count < FILES_MAX ? calloc(1, sizeof(*p)) : NULL;
	const char *why;
	struct image *image = p ? image_open(fd, &why) : NULL;
	struct library *library = p ? &p->file.library : NULL;

	if (image) {
		library_read(library, image, (uint32_t)l->count, l->wish);
		image_close(image);
	}
	if (!image || !library->kind) {
		free(p);
		return 0;
	}
	p->file.path = strdup(path);
	if (!p->file.path) {
		free(p);
		return 0;
	}
	share_version(l, &p->file);
	p->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	p->file.error = libraries_attach(l, p);
	l->probed[l->count++] = p;
	libraries_attach_below(l, p);
	return (uint32_t)l->count;
}

static void tell_used(struct libraries *l, uint32_t pid, uint32_t number)
{
	uint64_t pair = (uint64_t)pid << 32 | number;
	uint64_t *told = &l->told[mix(pair) % PAIRS];

	if (*told == pair || !l->probed[number - 1]->file.library.calls)
		return;
	*told = pair;
	l->used(l->arg, pid, &l->probed[number - 1]->file);
}

/*
 * The inode of a file in which nothing was found may be another file's by now: a package was
 * upgraded. Files with probes are held open, so their inodes are theirs.
 */
static bool is_another(const struct seen *s, const struct mapping *m)
{
	return !s->number && m->generation && m->generation != s->generation;
}

static void take(void *arg, const struct mapping *m)
{
	struct libraries *l = arg;
	struct seen *s = find(l, makedev(m->major, m->minor), m->inode);
	int fd;

	if (!s)
		return;
	if (!s->inode || is_another(s, m)) {
		fd = mapping_file(m);
		if (fd < 0)
			return; /* gone again; it is looked at when it comes back */
		l->seen_count += !s->inode;
		s->device = makedev(m->major, m->minor);
		s->inode = m->inode;
		s->generation = m->generation;
		s->number = probe(l, fd, m->path);
		close(fd);
	}
	if (s->number)
		tell_used(l, m->pid, s->number);
}

/* Not mapped by anyone yet: so that a program that starts later is seen from its first call. */
static void take_path(struct libraries *l, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat info;
	struct seen *s;

	if (fd < 0)
		return;
	if (!fstat(fd, &info) && S_ISREG(info.st_mode) &&
	    (s = find(l, info.st_dev, info.st_ino)) && !s->inode) {
		s->device = info.st_dev;
		s->inode = info.st_ino;
		l->seen_count++;
		s->number = probe(l, fd, path);
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
				take_path(l, found.gl_pathv[k]);
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

	if (!l)
		return NULL;
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
	struct seen *s = find(a->libraries, makedev(m->major, m->minor), m->inode);

	a->mappings++;
	if (!s || !s->number || s->number == a->before ||
	    !a->libraries->probed[s->number - 1]->file.library.calls)
		return;
	a->before = s->number;
	a->files++;
	a->used(a->arg, m->pid, &a->libraries->probed[s->number - 1]->file);
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

void libraries_take(struct libraries *l)
{
	if (l->mappings)
		l->missed += mappings_take(l->mappings);
}

const struct library_file *libraries_file(const struct libraries *l, uint32_t file)
{
	return file < l->count ? &l->probed[file]->file : NULL;
}

bool libraries_sealed(const struct libraries *l, int64_t since_ns)
{
	bool any = false;

	for (size_t i = 0; i < l->count; i++) {
		const struct library_file *file = &l->probed[i]->file;

		if (!file->library.seals)
			continue;
		any = true;
		if (!file->whole_ns || file->whole_ns > since_ns)
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
	return l->count;
}

static void detach_all(struct libraries *l)
{
	struct uprobes **all = calloc(3 * l->count, sizeof(*all));
	size_t count = 0;

	if (!all)
		return; /* one after the other, then */
	for (size_t i = 0; i < l->count; i++) {
		all[count++] = &l->probed[i]->uprobes;
		all[count++] = &l->probed[i]->below;
		all[count++] = &l->probed[i]->busy;
	}
	uprobes_detach_all(all, count);
	free(all);
}

void libraries_close(struct libraries *l)
{
	if (l->mappings)
		mappings_close(l->mappings);
	detach_all(l);
	for (size_t i = 0; i < l->count; i++) {
		uprobes_detach(&l->probed[i]->uprobes);
		uprobes_detach(&l->probed[i]->below);
		uprobes_detach(&l->probed[i]->busy);
		close(l->probed[i]->fd);
		free((char *)l->probed[i]->file.path);
		free(l->probed[i]);
	}
	free(l);
}
