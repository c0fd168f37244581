/* SPDX-License-Identifier: GPL-2.0-only */
/* libraries_state.h - what the files of libraries.h share. */
#ifndef TT_PROBE_LIBRARIES_STATE_H
#define TT_PROBE_LIBRARIES_STATE_H

#include "probe/libraries.h"
#include "probe/mappings.h"
#include "tlstrace/library_event.h"

#define FILES_MAX TT_FILES_MAX
#define SEEN_BUCKETS 16384 /* a power of two, filled to three quarters */
#define PAIRS 65536	   /* of a process and a file that were told of; the oldest go */

/* Of a file on an overlay: the one below it. */
struct below {
	bool layered;
	uint32_t bytes; /* 0: not told */
	uint8_t handle[128];
};

/* library.h's */
enum group { GROUP_ALWAYS, GROUP_BELOW, GROUP_BUSY, GROUP_DEAR, GROUPS };

struct probed {
	struct library_file file;
	struct uprobes group[GROUPS];
	int fd;			    /* of the file, to take up again what was let go */
	struct tt_hits hits;	    /* until the last look */
	uint64_t recent, recent_ns; /* since the one before it: hits, and what they took */
	int64_t resume_ns;	    /* when to do so */
	unsigned int pauses;
	struct {
		bool at_home;	  /* on a mount of the host's own: it stays as long as it has a name */
		uint64_t device, inode; /* as stat(2) has them */
		uint32_t user;	  /* a process that had it mapped, and where: map_files' name */
		char range[40];
		bool idle;	  /* nobody has been found in this look */
		uint32_t looks;	  /* in a row that found nobody */
		bool leaving;	  /* its probes are being taken off by another thread */
		bool back;	  /* somebody mapped it meanwhile */
		struct below below;
		struct mapping elsewhere; /* through another overlay; pid 0: nobody known */
	} use;
};

/* What an event that is still on its way may want of a file that is not probed any more. */
struct bygone {
	struct library_known known;
	struct tt_hits hits;
	int64_t gone_ns;
};

struct seen {
	uint64_t device, inode; /* inode 0: free */
	uint64_t generation;	/* of the inode when it was looked at; 0: not told */
	uint32_t number;	/* of the probed file + 1; 0: nothing in it */
	bool looked_at;
};

struct libraries {
	struct bpf_program *program, *go_program;
	int go_fd; /* tt_go_addresses */
	bool multi, with_busy;
	struct library_wish wish;
	bool need_below[LIBRARY_KINDS]; /* some TLS library's errors or calls are seen only in the one below it */
	void (*used)(void *arg, uint32_t pid, const struct library_file *file);
	void *arg;
	struct mappings *mappings;
	struct mapped_now *again; /* what the kernel could not tell is looked for */
	uint64_t missed, hits, cost_ns;
	int64_t looked_ns;
	size_t seen_count;
	size_t count, present; /* numbers given so far, and those in use */
	struct probed *probed[FILES_MAX]; /* NULL: released */
	struct bygone bygone[FILES_MAX];
	struct unused *unused;
	struct seen seen[SEEN_BUCKETS];
	uint64_t told[PAIRS]; /* program and number, mixed, by that */
};

static inline uint64_t libraries_mix(uint64_t value)
{
	value *= 0x9e3779b97f4a7c15u;
	return value ^ value >> 29;
}

/* NULL: no file has this number now, or not for long. */
static inline struct probed *probed_at(const struct libraries *libraries, size_t number)
{
	struct probed *p = libraries->probed[number];

	return p && !p->use.leaving ? p : NULL;
}

/* The file's bucket, or a free one. */
struct seen *seen_find(struct libraries *libraries, uint64_t device, uint64_t inode);
/* The same, taken; NULL: the table is full. */
struct seen *seen_add(struct libraries *libraries, uint64_t device, uint64_t inode);
/* What had the one number (+ 1) has the other; 0: it is looked at anew when it is mapped again. */
void seen_change(struct libraries *libraries, uint32_t from, uint32_t to);

/* The number + 1 of what was probed in the file, 0 for nothing. `pid` has it mapped; 0: nobody. */
uint32_t libraries_probe(struct libraries *libraries, int fd, const char *path, uint32_t pid);
/* The version that the library beside it tells, in that process or in our own root. */
void libraries_share_version(struct libraries *libraries, struct probed *probed, uint32_t pid);
/* Tell, once, that the program has mapped the file with this number + 1. */
void libraries_used(struct libraries *libraries, uint32_t pid, uint32_t number);
/* A file whose number is free by now is probed once more if somebody has mapped it meanwhile. */
void libraries_again(struct libraries *libraries, const struct probed *probed, uint32_t number);

/* Whose files it is that stay: asked once. NULL when out of memory. */
struct unused *unused_open(void);
/* Fill in p->use, of a file opened as `fd`. */
void unused_begin(const struct unused *unused, struct probed *probed);
/* Under its path we find the same file: it is of our own root. */
bool unused_ours(const struct probed *probed);
/* A file opened elsewhere, by our own name for it if it stays: that holds no mount of others. */
int unused_own(const struct unused *unused, int fd, const char *path);
/* It is the very file, and not the one below through another overlay. */
bool unused_is(const struct probed *probed, const struct mapping *mapping);
/* Somebody has it mapped. */
void unused_not(struct probed *probed, const struct mapping *mapping);
/* Look whether each file is still mapped, a part at a time; what is not is let go. */
void libraries_look(struct libraries *libraries, int64_t until_ns);
void unused_close(struct unused *unused);

void below_read(struct below *to, int fd);
bool below_same(const struct below *a, const struct below *b);
/* The number + 1 of a file that is probed through another overlay, 0: none. */
uint32_t below_known(const struct libraries *libraries, int fd);

/* Attach what is not busy, and then that, of a file with this number. 0 or errno. */
int libraries_attach(struct libraries *libraries, struct probed *probed, uint32_t number);
/* Errors of the library below TLS, where the newest file makes that needed. */
void libraries_attach_below(struct libraries *libraries, const struct probed *newest);
/* Attach the probes on busy places that are not attached. 0 or errno. */
int libraries_attach_busy(struct libraries *libraries, struct probed *probed);

#endif /* TT_PROBE_LIBRARIES_STATE_H */
