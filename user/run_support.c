/* SPDX-License-Identifier: GPL-2.0-only */
/* run_support.c - which processes have a TLS library that can be probed, and what of it. */
#include "run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe/library.h"
#include "probe/mappings.h"
#include "probe/recognize.h"
#include "util/text.h"
#include "util/proc.h"

#define FILES_MAX 16 /* of one process that hold something to probe */

struct survey {
	uint32_t only, pid; /* the one asked for, or 0; the one at hand */
	uint64_t last_inode;
	struct library found[FILES_MAX];
	char path[FILES_MAX][256];
	size_t count, processes, mappings;
	const char *why; /* the last file that could not be read */
};

/* Errors are looked for in the library below only where the one above hides them. */
static bool is_needed(const struct survey *s, const struct library *l, size_t place)
{
	if (place < l->below_from || place >= l->busy_from)
		return true;
	for (size_t i = 0; i < s->count; i++)
		if (s->found[i].kind == l->kind && s->found[i].needs_below)
			return true;
	return false;
}

static bool has(const struct survey *s, enum library_kind kind, const char *function)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct library *l = &s->found[i];

		for (size_t k = 0; l->kind == kind && k < l->named; k++)
			if (l->names[k] && !strcmp(l->names[k], function) && is_needed(s, l, k))
				return true;
	}
	return false;
}

static void print_functions(const struct survey *s, enum library_kind kind, bool there)
{
	const char *name;
	bool any = false;

	for (size_t i = 0; (name = library_function(kind, i)); i++) {
		if (has(s, kind, name) != there)
			continue;
		printf("%s%s", any ? " " : there ? "    probed: " : "    not there, or not needed: ", name);
		any = true;
	}
	if (any)
		putchar('\n');
}

static void print_process(struct survey *s)
{
	char name[32], executable[512];
	bool told[LIBRARY_KINDS] = { false };

	proc_names(s->pid, name, sizeof(name), executable, sizeof(executable));
	for (size_t i = 0; i < s->count; i++) {
		const struct library *l = &s->found[i];

		printf(i ? "  " : "%u ", s->pid);
		if (!i)
			terminal_text(stdout, name);
		printf("%s%s%s%s: ", i ? "" : ": ", library_kind_name(l->kind), *l->version ? " " : "",
		       l->version);
		terminal_text(stdout, s->path[i]);
		if (l->wire_only)
			printf(": wire only: %s\n", l->wire_only);
		else
			printf(" (%zu places, %zu of the cheap kind)\n", l->count, l->emulated);
	}
	for (size_t i = 0; i < s->count; i++) {
		if (told[s->found[i].kind] || s->found[i].wire_only)
			continue;
		told[s->found[i].kind] = true;
		print_functions(s, s->found[i].kind, true);
		print_functions(s, s->found[i].kind, false);
	}
}

/* The mappings of one process come one after the other. */
static void next_process(struct survey *s)
{
	bool calls = false;

	for (size_t i = 0; i < s->count; i++)
		calls |= s->found[i].calls > 0 || s->found[i].wire_only;
	if (calls) {
		print_process(s);
		s->processes++;
	}
	s->count = 0;
	s->last_inode = 0;
}

static void take(void *arg, const struct mapping *m)
{
	struct survey *s = arg;
	struct image *image;
	int fd;

	if (m->pid != s->pid) {
		next_process(s);
		s->pid = m->pid;
	}
	s->mappings++;
	if (m->inode == s->last_inode || s->count == FILES_MAX || m->pid == (uint32_t)getpid())
		return;
	s->last_inode = m->inode;
	fd = mapping_file(m);
	image = fd < 0 ? NULL : image_open(fd, &s->why);
	if (image) {
		library_read(&s->found[s->count], image, 0, (struct library_wish){ .io = LIBRARY_IO_SUMS });
		image_close(image);
		snprintf(s->path[s->count], sizeof(s->path[0]), "%s", m->path);
		s->count += s->found[s->count].kind != LIBRARY_NONE;
	}
	if (fd >= 0)
		close(fd);
}

int run_support(uint32_t pid)
{
	struct survey *s = calloc(1, sizeof(*s));
	char name[32], executable[512];
	size_t refused;

	if (!s)
		return 1;
	refused = mappings_scan(pid, take, s);
	if (refused && s->mappings && !proc_may_look())
		fprintf(stderr, "tlstrace: %zu process%s not show their libraries (CAP_SYS_PTRACE is needed)\n",
			refused, refused == 1 ? " does" : "es do");
	next_process(s);
	if (!s->mappings) {
		fprintf(stderr, "tlstrace: support: %s\n",
			geteuid() ? "the maps of other users' processes need root: run it with sudo"
				  : "no process was found");
		free(s);
		return 1;
	}
	if (!s->processes && pid) {
		proc_names(pid, name, sizeof(name), executable, sizeof(executable));
		printf("%u ", pid);
		terminal_text(stdout, name);
		printf(": wire only: %s\n", recognize(pid));
	} else if (!s->processes) {
		puts("no process has a TLS library that can be probed mapped");
	}
	free(s);
	return 0;
}
