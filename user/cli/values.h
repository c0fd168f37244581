/* SPDX-License-Identifier: GPL-2.0-only */
/* values.h - what is common to the values of options. */
#ifndef TT_CLI_VALUES_H
#define TT_CLI_VALUES_H

#include <stdbool.h>
#include <stdint.h>

/* "--option: 'value' is not expected" on stderr; returns 2, the exit status. */
int bad_value(const char *option, const char *value, const char *expected);
/* A whole number from 1 to `most`. */
bool number_value(const char *text, uint64_t most, uint64_t *out);
/* Whether it is one of the words, which spaces separate. */
bool one_of(const char *word, const char *words);

#endif /* TT_CLI_VALUES_H */
