/* SPDX-License-Identifier: GPL-2.0-only */
/* manual.h - the man page and completions, out of the tables of cli/ and knowledge/. */
#ifndef TT_MANUAL_H
#define TT_MANUAL_H

#include <stdio.h>

void manual_page(FILE *out); /* roff, man(7) macros */
void manual_bash(FILE *out);
void manual_zsh(FILE *out);
void manual_fish(FILE *out);

/* The words of "explain": the codes of findings and the names of alerts; NULL past the last. */
const char *manual_word(size_t index);

#endif /* TT_MANUAL_H */
