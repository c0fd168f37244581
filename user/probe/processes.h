/* SPDX-License-Identifier: GPL-2.0-only */
/* processes.h - the processes that the kernel half lets pass. */
#ifndef TT_PROBE_PROCESSES_H
#define TT_PROBE_PROCESSES_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Add a process, and with `follow` all its descendants of now, to the map. Those
 * that it forks later the kernel half adds. 0, or -1 with errno.
 */
int processes_add(int map_fd, uint32_t pid, bool follow);

#endif /* TT_PROBE_PROCESSES_H */
