/* SPDX-License-Identifier: GPL-2.0-only */
/* mistakes.h - a command line that is wrong: one line on stderr with the word at fault. */
#ifndef TT_CLI_MISTAKES_H
#define TT_CLI_MISTAKES_H

#include "cli/table.h"

/* Which options were on the command line. */
struct given {
	struct options *options;
	bool ids[OPT_LAST - OPT_FIRST];
};

/*
 * Each says what is wrong and returns 2, the exit status; -1: nothing is.
 * What getopt_long() could not take: its result, its optopt, and the word where it stopped.
 */
int mistaken_option(int id, int option, const char *word);
/* An option that says nothing to what is asked for is not passed over. */
int mistaken_options(const struct given *given, enum task task);
/* The one value would be passed over for the other. */
int mistaken_twice(int id);
/* A word where none belongs. */
int mistaken_word(const char *word);

#endif /* TT_CLI_MISTAKES_H */
