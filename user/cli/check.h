/* SPDX-License-Identifier: GPL-2.0-only */
/* check.h - the options and words of "check". Each returns -1, or 2 after saying what is wrong. */
#ifndef TT_CLI_CHECK_H
#define TT_CLI_CHECK_H

#include "cli/options.h"

/* An option that only "check" has; 2 without a word when `id` is none. */
int check_option(struct options *options, int id, const char *arg);
/* HOST[:PORT], once all options are known. */
int check_words(struct options *options, char **words);

#endif /* TT_CLI_CHECK_H */
