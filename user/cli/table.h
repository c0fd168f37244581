/* SPDX-License-Identifier: GPL-2.0-only */
/* table.h - options.def and commands.def as tables, and the text of --help. */
#ifndef TT_CLI_TABLE_H
#define TT_CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/options.h"

enum option_id {
	OPT_FIRST = 256, /* no option: past what a letter can be */
#define OPT(id, short_name, long_name, arg, kind, help) OPT_##id,
#include "cli/options.def"
#undef OPT
	OPT_LAST,
};

struct command_row {
	const char *word; /* NULL: tracing */
	const char *follows, *help;
};

struct option_row {
	int id; /* 0: a group of options begins */
	char short_name; /* 0: none */
	const char *name; /* without "--" */
	const char *arg;  /* what its value is, NULL: it takes none */
	int kind;	  /* as struct option's has_arg */
	const char *help; /* of a group: its title, NULL: as before */
	unsigned int tasks; /* bit 1 << enum task: it goes with these */
};

const struct command_row *command_row(enum task task);
/* In the order of options.def; NULL past the last one. */
const struct option_row *option_row(size_t index);
const struct option_row *option_by_id(int id);
/* The words of which the value that is called `arg` is one, in one string; NULL: any text. */
const char *option_words(const char *arg);
/* "-p, --pid PID", as --help and the man page have it. */
void option_synopsis(const struct option_row *row, char *text, size_t bytes);
enum task task_named(const char *word); /* TASK_LIVE when it names none */
/* The one that `word` may be meant for, NULL when none is near. */
const char *nearest_command(const char *word);
const char *nearest_option(const char *name);
/* On standard output; of TASK_LIVE: of everything. */
void usage(enum task task);

#endif /* TT_CLI_TABLE_H */
