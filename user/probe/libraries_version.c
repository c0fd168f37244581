/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libraries_version.c - libssl does not tell its version; the libcrypto beside it does. One
 * path is another file in another root: a process has both mapped, or both are our own.
 */
#include <string.h>
#include <sys/sysmacros.h>

#include "probe/libraries_state.h"

struct mates {
	struct libraries *libraries;
	struct probed *of;
};

static bool beside(const char *a, const char *b)
{
	const char *end = strrchr(a, '/'), *other = strrchr(b, '/');

	return end && other && end - a == other - b && !strncmp(a, b, (size_t)(end - a));
}

static void share(struct library_file *a, struct library_file *b)
{
	if (a->library.kind != b->library.kind || !beside(a->path, b->path))
		return;
	if (!*a->library.version)
		memcpy(a->library.version, b->library.version, sizeof(a->library.version));
	else if (!*b->library.version)
		memcpy(b->library.version, a->library.version, sizeof(b->library.version));
}

static void mapped(void *arg, const struct mapping *m)
{
	struct mates *mates = arg;
	struct seen *s = seen_find(mates->libraries, makedev(m->major, m->minor), m->inode);
	struct probed *p = s && s->number ? probed_at(mates->libraries, s->number - 1) : NULL;

	if (p)
		share(&mates->of->file, &p->file);
}

/* Somebody has what the other lacks: else nobody's mappings need be read. */
static bool may_share(const struct libraries *l, const struct probed *of)
{
	for (size_t i = 0; i < l->count; i++) {
		const struct probed *p = probed_at(l, i);

		if (p && p->file.library.kind == of->file.library.kind &&
		    !*p->file.library.version != !*of->file.library.version)
			return true;
	}
	return false;
}

void libraries_share_version(struct libraries *l, struct probed *of, uint32_t pid)
{
	struct mates mates = { l, of };

	if (!may_share(l, of))
		return;
	if (pid)
		mappings_scan(pid, mapped, &mates);
	if (!unused_ours(of))
		return;
	for (size_t i = 0; i < l->count; i++) {
		struct probed *p = probed_at(l, i);

		if (p && p->file.library.kind == of->file.library.kind && unused_ours(p))
			share(&of->file, &p->file);
	}
}
