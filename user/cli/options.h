/* SPDX-License-Identifier: GPL-2.0-only */
/* options.h - the command line. */
#ifndef TT_CLI_OPTIONS_H
#define TT_CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* What the first word asks for. */
enum task {
#define COMMAND(id, word, follows, help) TASK_##id,
#include "cli/commands.def"
#undef COMMAND
	TASKS,
};

/* Whether probes sit on what reads and writes plaintext. */
enum io_mode {
	IO_AUTO, /* as long as they do not cost more than --max-overhead */
	IO_ALWAYS,
	IO_OFF,
};

/* What to test, and as which client. */
struct check_options {
	char host[256];
	uint16_t port;
	const char *server_name, *ciphers, *groups, *cert, *key, *ca, *starttls; /* NULL: not given */
	double limit_s;
	unsigned int reconnections;
};

struct options {
	enum task task;
	uint32_t pid;
	const char *comm;
	const char *sni; /* glob */
	uint64_t cgroup_id;
	uint64_t host[2], host_mask[2]; /* network order */
	uint32_t uid, netns;
	uint16_t port;
	bool by_uid, by_host, follow;
	bool libraries; /* probe them */
	double max_overhead; /* of probes on reads and writes, in percent of the machine */
	bool overhead_given;
	enum io_mode io;
	bool io_shown;		/* each call is told of */
	uint32_t data_bytes;	/* of its plaintext too; 0: none */
	const char *keylog_out; /* NULL: none */
	bool hex, all_processes; /* of that */
	bool failures, records, json, quiet, brief;
	const char *json_file; /* NULL: standard output */
	const char *keylog;    /* NULL: none */
	const char *state;     /* NULL: none */
	unsigned int fail_on;  /* 1 info, 2 warning, 3 error; 0: none */
	uint64_t duration_s, count;
	const char *hooks; /* NULL: the best that loads */
	int ready_fd;	   /* -1: none */
	int verbose;
	struct check_options check;
	char **command; /* after "--", or NULL */
	char **words;	/* of "explain" and "generate": those that follow */
	char **files;  /* of "read": the leading words that are files; "-": standard input */
	int file_count;
	char **filter; /* of "read": the other words, a BPF expression; NULL-terminated */
};

/*
 * Fill *o from the command line. Return -1 to go on, or the exit status to
 * leave with: 0 after --help and --version, 2 after naming the word at fault.
 */
int options_parse(struct options *o, int argc, char **argv);

#endif /* TT_CLI_OPTIONS_H */
