/* SPDX-License-Identifier: GPL-2.0-only */
/* columns.h - the width of a terminal, and text in lines that fit it. */
#ifndef TT_UTIL_COLUMNS_H
#define TT_UTIL_COLUMNS_H

#include <stdio.h>

/*
 * The width of what `file` writes to: the environment's COLUMNS, else the terminal's; 0 when
 * there is neither, and lines are as long as they are.
 */
int columns_of(FILE *file);
/* The number of characters of valid UTF-8. */
int columns_used(const char *text);
/*
 * Write `text` in lines of at most `width` columns (0: in one), broken at spaces. The first
 * begins at column `at`, where the caller is, the others after `indent` spaces. A word that
 * fits nowhere is not broken. Nothing ends the last line; its length is returned. `text` is
 * written as it is: make it safe before.
 */
int columns_wrap(FILE *file, const char *text, int at, int indent, int width);

#endif /* TT_UTIL_COLUMNS_H */
