/* SPDX-License-Identifier: GPL-2.0-only */
/* proc.h - facts from /proc. */
#ifndef TT_UTIL_PROC_H
#define TT_UTIL_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Fill executable path and command line (arguments joined by spaces) of a
 * process where they are empty. Nothing is changed when it is gone or its start
 * time is another (a reused pid).
 */
void proc_read(uint32_t pid, uint64_t start_ns, char *executable, size_t executable_size,
	       char *command_line, size_t command_line_size);
/* Name and executable of a process, both empty when it is gone. */
void proc_names(uint32_t pid, char *name, size_t name_size, char *executable,
		size_t executable_size);
/* The name of a user, empty when there is none; the last answer is remembered. */
const char *user_name(uint32_t uid);
/* When the process began, as /proc/PID/stat counts (ticks of USER_HZ); 0: gone. */
uint64_t proc_start_ticks(uint32_t pid);
/* A number that another process with this pid does not have, nor another program in this one. */
uint64_t proc_program(uint32_t pid);
uint32_t proc_parent(uint32_t pid); /* 0: gone, or none */
/* The process that the thread is of: itself of a process, and when it is not known. */
uint32_t proc_leader(uint32_t pid);
uint64_t proc_rss_bytes(void); /* of this process; 0 when unknown */

/* This process may look into others': it has CAP_SYS_PTRACE in effect (capabilities(7)). */
bool proc_may_look(void);

#endif /* TT_UTIL_PROC_H */
