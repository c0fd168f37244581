/* SPDX-License-Identifier: GPL-2.0-only */
/* process.h - the noun: a process that owns a socket. */
#ifndef TT_MODEL_PROCESS_H
#define TT_MODEL_PROCESS_H

#include <stdint.h>

/* Absent facts are 0, "" or NULL. */
struct process {
	uint32_t pid, ppid, uid; /* pid 0: unknown */
	uint64_t start_ns;	 /* CLOCK_BOOTTIME: with pid, a process for ever */
	int64_t start_wall_ns;
	uint64_t cgroup_id;
	char comm[17];
	char user[33];
	char executable[512];
	char command_line[512];
	char container_id[65];
	const char *container_runtime;
	char service[128]; /* systemd unit */
};

#endif /* TT_MODEL_PROCESS_H */
