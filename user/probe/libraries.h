/* SPDX-License-Identifier: GPL-2.0-only */
/* libraries.h - every TLS library in use on the host, found and probed, each file once. */
#ifndef TT_PROBE_LIBRARIES_H
#define TT_PROBE_LIBRARIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/library.h"

struct libraries;
struct bpf_program;

/* A file with something to probe in it. */
struct library_file {
	struct library library;
	const char *path; /* as the process saw it that had it first */
	int error;	  /* why its probes could not be attached: errno, or 0 */
};

/*
 * `program` is attached to each. `used` is told once of each process that has mapped a
 * library whose calls are TLS calls (*file lasts until the end). NULL when out of memory.
 */
struct libraries *libraries_open(struct bpf_program *program, bool multi,
				 void (*used)(void *arg, uint32_t pid,
					      const struct library_file *file),
				 void *arg);
/* What is mapped now, and what lies where the dynamic linker looks first. */
void libraries_scan(struct libraries *libraries);
/* What was mapped since. Cheap to call often. */
void libraries_take(struct libraries *libraries);
/* By the number in an event; NULL: no such file. */
const struct library_file *libraries_file(const struct libraries *libraries, uint32_t file);
/* False: the kernel does not tell of new mappings, only what was there at start is probed. */
bool libraries_follow(const struct libraries *libraries);
uint64_t libraries_missed(const struct libraries *libraries); /* mappings untold */
size_t libraries_count(const struct libraries *libraries);
void libraries_close(struct libraries *libraries);

#endif /* TT_PROBE_LIBRARIES_H */
