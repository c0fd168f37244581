/* SPDX-License-Identifier: GPL-2.0-only */
/* run.h - what the program does, by its first word; each returns the exit status. */
#ifndef TT_RUN_H
#define TT_RUN_H

#include "cli/options.h"

int run_live(const struct options *options);
int run_read(const struct options *options);
int run_check(const struct options *options);
/* The words after "explain"; none lists everything. */
int run_explain(char **words);
/* Print the man page or a completion: the word after "generate" says which. */
int run_generate(char **words);
/* Which processes, or what of this one, can be probed. */
int run_support(uint32_t pid);

#endif /* TT_RUN_H */
