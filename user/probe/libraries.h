/* SPDX-License-Identifier: GPL-2.0-only */
/* libraries.h - every TLS library in use on the host, found and probed, each file once. */
#ifndef TT_PROBE_LIBRARIES_H
#define TT_PROBE_LIBRARIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/library.h"
#include "probe/price.h"

struct libraries;
struct bpf_program;

/* A file with something to probe in it. */
struct library_file {
	struct library library;
	const char *path; /* as the process saw it that had it first */
	int error;	  /* why its probes could not be attached: errno, or 0 */
	bool paused;	  /* some busy places are not probed for now: they cost too much */
	size_t named;	  /* so many of library.names are probed now */
	int64_t whole_ns; /* CLOCK_REALTIME: since when all its places are probed, 0: they are not */
	double calls_per_s, cost; /* when it was paused; of the machine, 0.01 is a hundredth */
};

/* What an event's file was, though it be gone by now. */
struct library_known {
	enum library_kind kind;
	char version[sizeof(((struct library *)0)->version)];
	int64_t whole_ns; /* as in struct library_file */
};

/*
 * `program` is attached to each. `used` is told once of each process that has mapped a
 * library whose calls are TLS calls (*file lasts for the call); `busy`: what each read and
 * write passes is probed too, as `wish` says. NULL when out of memory.
 */
struct libraries *libraries_open(struct bpf_program *program, bool multi, bool busy,
				 struct library_wish wish,
				 void (*used)(void *arg, uint32_t pid,
					      const struct library_file *file),
				 void *arg);
/* Programs for Go, and the map for go_publish(). Before the first scan. */
void libraries_go(struct libraries *libraries, struct bpf_program *program, int map_fd);
/*
 * What is mapped now, and what lies where the dynamic linker looks first. How many processes
 * did not let us look.
 */
size_t libraries_scan(struct libraries *libraries);
/* Not mapped by anyone yet, a library or a program: whoever runs it later is seen from the first call. */
void libraries_expect(struct libraries *libraries, const char *path);
/*
 * Tell of each library of this process again, as `used` is told. How many there are, -1
 * when the process is gone.
 */
int libraries_of(struct libraries *libraries, uint32_t pid,
		 void (*used)(void *arg, uint32_t pid, const struct library_file *file), void *arg);
/*
 * What was mapped since, and an end to probes on files that nobody has mapped any more and that
 * nobody may want back. Takes no longer than a few ms. False: there is more. Cheap to call often.
 */
bool libraries_take(struct libraries *libraries);
/*
 * Look at what the probes cost since the last time: hits by file (of `hits_fd`, a per-CPU
 * array of struct tt_hits). Beyond `most` (0.01: a hundredth of the machine) the busiest
 * files' busy places are let go, and taken up again later. `changed` is told of each.
 */
void libraries_budget(struct libraries *libraries, int hits_fd, const struct price *price, double most,
		      void (*changed)(void *arg, const struct library_file *file), void *arg);
/* Every record since then (CLOCK_REALTIME) that OpenSSL sealed or opened was probed. */
bool libraries_sealed(const struct libraries *libraries, int64_t since_ns);
/* All hits so far, and what they took; arguments as of libraries_budget(). */
uint64_t libraries_hits(const struct libraries *libraries, int hits_fd, const struct price *price,
			uint64_t *cost_ns);
/* By the number in an event. False: no such file. */
bool libraries_known(const struct libraries *libraries, uint32_t file, struct library_known *known);
/* False: the kernel does not tell of new mappings, only what was there at start is probed. */
bool libraries_follow(const struct libraries *libraries);
uint64_t libraries_missed(const struct libraries *libraries); /* mappings untold */
size_t libraries_count(const struct libraries *libraries);
void libraries_close(struct libraries *libraries);

#endif /* TT_PROBE_LIBRARIES_H */
