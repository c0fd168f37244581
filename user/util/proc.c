/* SPDX-License-Identifier: GPL-2.0-only */
#include "util/proc.h"

#include <fcntl.h>
#include <pwd.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static ssize_t slurp(const char *path, char *to, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t bytes = fd < 0 ? -1 : read(fd, to, size - 1);

	if (fd >= 0)
		close(fd);
	to[bytes > 0 ? bytes : 0] = 0;
	return bytes;
}

#define STAT_BYTES 1024

/* /proc/PID/stat from the ')' on that ends the name; NULL: gone. */
static const char *stat_read(uint32_t pid, char stat[STAT_BYTES])
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	return slurp(path, stat, STAT_BYTES) > 0 ? strrchr(stat, ')') : NULL;
}

/* A field, counted from 1; that of the ')' is 2. */
static uint64_t stat_field(const char *at, int wanted)
{
	for (int field = 2; at && field < wanted; field++)
		at = strchr(at + 1, ' ');
	return at ? strtoull(at, NULL, 10) : 0;
}

uint64_t proc_start_ticks(uint32_t pid)
{
	char stat[STAT_BYTES];

	return stat_field(stat_read(pid, stat), 22);
}

/* Where its stack begins is another for each: 28. */
uint64_t proc_program(uint32_t pid)
{
	char stat[STAT_BYTES];
	const char *at = stat_read(pid, stat);

	return stat_field(at, 22) << 32 ^ stat_field(at, 28);
}

uint32_t proc_parent(uint32_t pid)
{
	char stat[STAT_BYTES];

	return (uint32_t)stat_field(stat_read(pid, stat), 4);
}

uint32_t proc_leader(uint32_t pid)
{
	char path[64], status[1024], *at;

	snprintf(path, sizeof(path), "/proc/%u/status", pid);
	if (slurp(path, status, sizeof(status)) <= 0 || !(at = strstr(status, "\nTgid:")))
		return pid;
	return (uint32_t)strtoul(at + 6, NULL, 10);
}

static void read_executable(uint32_t pid, char *executable, size_t size)
{
	char path[64];
	ssize_t bytes;

	snprintf(path, sizeof(path), "/proc/%u/exe", pid);
	bytes = readlink(path, executable, size - 1);
	executable[bytes > 0 ? bytes : 0] = 0;
}

void proc_names(uint32_t pid, char *name, size_t name_size, char *executable,
		size_t executable_size)
{
	char path[64];
	ssize_t bytes;

	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	bytes = slurp(path, name, name_size);
	if (bytes > 0 && name[bytes - 1] == '\n')
		name[bytes - 1] = 0;
	read_executable(pid, executable, executable_size);
}

void proc_read(uint32_t pid, uint64_t start_ns, char *executable, size_t executable_size,
	       char *command_line, size_t command_line_size)
{
	uint64_t tick_ns = 1000000000ULL / (uint64_t)sysconf(_SC_CLK_TCK);
	char path[64];
	ssize_t bytes;

	if ((*executable && *command_line) || proc_start_ticks(pid) != start_ns / tick_ns)
		return;
	if (!*executable)
		read_executable(pid, executable, executable_size);
	if (*command_line)
		return;
	snprintf(path, sizeof(path), "/proc/%u/cmdline", pid);
	bytes = slurp(path, command_line, command_line_size);
	for (ssize_t i = 0; i + 1 < bytes; i++)
		if (!command_line[i])
			command_line[i] = ' ';
}

const char *user_name(uint32_t uid)
{
	static char name[33];
	static uint32_t known = UINT32_MAX;
	struct passwd *user;

	if (uid == known)
		return name;
	user = getpwuid(uid);
	snprintf(name, sizeof(name), "%s", user ? user->pw_name : "");
	known = uid;
	return name;
}

uint64_t proc_rss_bytes(void)
{
	char statm[128], *at;

	if (slurp("/proc/self/statm", statm, sizeof(statm)) <= 0 || !(at = strchr(statm, ' ')))
		return 0;
	return strtoull(at, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE);
}

bool proc_may_look(void)
{
	FILE *file = fopen("/proc/self/status", "re");
	unsigned long long effective = 0;
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		sscanf(line, "CapEff: %llx", &effective);
	if (file)
		fclose(file);
	return effective >> CAP_SYS_PTRACE & 1;
}
