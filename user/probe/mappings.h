/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mappings.h - which files processes map to execute: at exec, at load, at a late
 * dlopen(). The kernel tells (perf_event_open(2), PERF_RECORD_MMAP2, 3.16); nothing is
 * asked for again and again, and mappings that hold no code cost nothing.
 */
#ifndef TT_PROBE_MAPPINGS_H
#define TT_PROBE_MAPPINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mapping {
	uint32_t pid, major, minor;
	uint64_t inode, address, bytes;
	uint64_t generation; /* of the inode: another file has another; 0: not told */
	const char *path; /* as that process sees it, for the call only */
};

struct mappings;

/* NULL with errno: the kernel refuses. */
struct mappings *mappings_open(void (*seen)(void *arg, const struct mapping *mapping), void *arg);
/*
 * Tell of what came since, until that time (CLOCK_MONOTONIC); false: there is more. `lost` gets
 * how many records were lost because nobody looked in time.
 */
bool mappings_take(struct mappings *mappings, int64_t until_ns, uint64_t *lost);
void mappings_close(struct mappings *mappings);

/*
 * Tell of what every process, or only `pid` when it is not 0, has mapped now. How many did not
 * let us look: without CAP_SYS_PTRACE (proc(5)).
 */
size_t mappings_scan(uint32_t pid, void (*seen)(void *arg, const struct mapping *mapping), void *arg);
/* The same of every process, a part at a time. NULL when out of memory. */
struct mapped_now *mapped_now_open(void);
/* Go on until that time (CLOCK_MONOTONIC). True: that was all, and it is closed. */
bool mapped_now_some(struct mapped_now *now, int64_t until_ns,
		     void (*seen)(void *arg, const struct mapping *mapping), void *arg);
void mapped_now_close(struct mapped_now *now);
/* A descriptor of the mapped file itself, though its name be gone. -1 with errno. */
int mapping_file(const struct mapping *mapping);

#endif /* TT_PROBE_MAPPINGS_H */
