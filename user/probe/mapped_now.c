/* SPDX-License-Identifier: GPL-2.0-only */
/* mapped_now.c - what processes have mapped, out of /proc/PID/maps (proc(5)). */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "probe/mappings.h"
#include "util/clock.h"

#define PATH_BYTES 4096

/* "7f…-7f… r-xp 00000000 08:01 1234   /path" */
static void take_line(uint32_t pid, char *line,
		      void (*seen)(void *arg, const struct mapping *mapping), void *arg)
{
	unsigned long long from, to, inode;
	struct mapping m = { .pid = pid };
	char rights[5];
	int path = 0;

	if (sscanf(line, "%llx-%llx %4s %*x %x:%x %llu %n", &from, &to, rights, &m.major, &m.minor,
		   &inode, &path) < 6 ||
	    rights[2] != 'x' || !inode || !path || to <= from)
		return;
	line[strcspn(line, "\n")] = 0;
	m.inode = inode;
	m.address = from;
	m.bytes = to - from;
	m.path = line + path;
	seen(arg, &m);
}

struct mapped_now {
	DIR *proc; /* NULL: of one process */
	FILE *maps; /* of the one that is being looked at */
	uint32_t pid;
	size_t refused; /* processes */
	char *line;
	size_t bytes;
};

/* Of all: by pid from low to high, so that children come after their parents. */
struct mapped_now *mapped_now_open(void)
{
	struct mapped_now *now = calloc(1, sizeof(*now));

	if (now && !(now->proc = opendir("/proc"))) {
		free(now);
		return NULL;
	}
	return now;
}

static void forget(struct mapped_now *now)
{
	if (now->maps)
		fclose(now->maps);
	if (now->proc)
		closedir(now->proc);
	free(now->line);
}

void mapped_now_close(struct mapped_now *now)
{
	forget(now);
	free(now);
}

static void look_at(struct mapped_now *now, uint32_t pid)
{
	char name[32];

	snprintf(name, sizeof(name), "/proc/%u/maps", pid);
	now->pid = pid;
	now->maps = fopen(name, "re");
	now->refused += !now->maps && (errno == EACCES || errno == EPERM);
}

static bool next_process(struct mapped_now *now)
{
	struct dirent *entry;

	while (now->proc && (entry = readdir(now->proc)))
		if (isdigit((unsigned char)*entry->d_name)) {
			look_at(now, (uint32_t)strtoul(entry->d_name, NULL, 10));
			return true;
		}
	return false;
}

/* The next mapping, or the next process. False: there is none. */
static bool next(struct mapped_now *now, void (*seen)(void *arg, const struct mapping *mapping),
		 void *arg)
{
	if (!now->maps)
		return next_process(now);
	if (getline(&now->line, &now->bytes, now->maps) > 0) {
		take_line(now->pid, now->line, seen, arg);
		return true;
	}
	fclose(now->maps);
	now->maps = NULL;
	return true;
}

size_t mappings_scan(uint32_t pid, void (*seen)(void *arg, const struct mapping *mapping), void *arg)
{
	struct mapped_now now = { .proc = pid ? NULL : opendir("/proc") };

	if (pid)
		look_at(&now, pid);
	while (next(&now, seen, arg))
		;
	forget(&now);
	return now.refused;
}

bool mapped_now_some(struct mapped_now *now, int64_t until_ns,
		     void (*seen)(void *arg, const struct mapping *mapping), void *arg)
{
	while (next(now, seen, arg))
		if (clock_ns(CLOCK_MONOTONIC) >= until_ns)
			return false;
	mapped_now_close(now);
	return true;
}

static int open_checked(const char *path, const struct mapping *m)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat info;

	if (fd < 0)
		return -1;
	if (!fstat(fd, &info) && S_ISREG(info.st_mode) && info.st_ino == m->inode)
		return fd;
	close(fd);
	errno = ESTALE;
	return -1;
}

int mapping_file(const struct mapping *m)
{
	char path[PATH_BYTES + 32];
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/map_files/%llx-%llx", m->pid,
		 (unsigned long long)m->address, (unsigned long long)(m->address + m->bytes));
	fd = open_checked(path, m);
	if (fd >= 0 || *m->path != '/')
		return fd;
	/* The mapping was split or is gone: by its name in the process's root, then in ours. */
	snprintf(path, sizeof(path), "/proc/%u/root%s", m->pid, m->path);
	fd = open_checked(path, m);
	return fd >= 0 ? fd : open_checked(m->path, m);
}
