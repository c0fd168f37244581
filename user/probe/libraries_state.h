/* SPDX-License-Identifier: GPL-2.0-only */
/* libraries_state.h - what the files of libraries.h share. */
#ifndef TT_PROBE_LIBRARIES_STATE_H
#define TT_PROBE_LIBRARIES_STATE_H

#include "probe/libraries.h"
#include "probe/mappings.h"
#include "tlstrace/library_event.h"

#define FILES_MAX TT_FILES_MAX
#define SEEN_BUCKETS 16384 /* a power of two; files beyond three quarters are not looked at */
#define PAIRS 65536	   /* of a process and a file that were told of; the oldest go */

struct probed {
	struct library_file file;
	struct uprobes uprobes, below, busy; /* library.h's groups */
	int fd;			    /* of the file, to take up `busy` again */
	struct tt_hits hits;	    /* until the last look */
	uint64_t recent, recent_ns; /* since the one before it: hits, and what they took */
	int64_t resume_ns;	    /* when to do so */
	unsigned int pauses;
};

struct seen {
	uint64_t device, inode; /* inode 0: free */
	uint64_t generation;	/* of the inode when it was looked at; 0: not told */
	uint32_t number;	/* of the probed file + 1; 0: nothing in it */
};

struct libraries {
	struct bpf_program *program, *go_program;
	int go_fd; /* tt_go_addresses */
	bool multi, with_busy;
	struct library_wish wish;
	bool need_below; /* some TLS library's errors are seen only in the one below it */
	void (*used)(void *arg, uint32_t pid, const struct library_file *file);
	void *arg;
	struct mappings *mappings;
	uint64_t missed, hits, cost_ns;
	int64_t looked_ns;
	size_t seen_count, count;
	struct probed *probed[FILES_MAX];
	struct seen seen[SEEN_BUCKETS];
	uint64_t told[PAIRS]; /* pid << 32 | number + 1, by its hash */
};

/* Attach what is not busy, and then that, of the newest file. 0 or errno. */
int libraries_attach(struct libraries *libraries, struct probed *probed);
/* Errors of the library below TLS, where the newest file makes that needed. */
void libraries_attach_below(struct libraries *libraries, const struct probed *newest);
/* Attach the probes of the busy group. 0 or errno. */
int libraries_attach_busy(struct libraries *libraries, struct probed *probed);

#endif /* TT_PROBE_LIBRARIES_STATE_H */
