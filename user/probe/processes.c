/* SPDX-License-Identifier: GPL-2.0-only */
#include "probe/processes.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#include "tlstrace/event.h"
#include "util/proc.h"

#define DEPTH_MAX 64

static int add(int map_fd, uint32_t pid)
{
	struct tt_process_key key = { .pid = pid, .start_ticks = proc_start_ticks(pid) };
	uint32_t one = 1;

	if (!key.start_ticks) {
		errno = ESRCH;
		return -1;
	}
	return bpf_map_update_elem(map_fd, &key, &one, BPF_ANY) ? -1 : 0;
}

static bool descends(uint32_t pid, uint32_t from)
{
	for (int i = 0; i < DEPTH_MAX && pid > 1; i++) {
		pid = proc_parent(pid);
		if (pid == from)
			return true;
	}
	return false;
}

int processes_add(int map_fd, uint32_t pid, bool follow)
{
	struct dirent *entry;
	DIR *proc;

	if (add(map_fd, pid))
		return -1;
	proc = follow ? opendir("/proc") : NULL;
	while (proc && (entry = readdir(proc))) {
		uint32_t other = strtoul(entry->d_name, NULL, 10);

		if (other && descends(other, pid))
			add(map_fd, other); /* gone already: nothing to follow */
	}
	if (proc)
		closedir(proc);
	return 0;
}
