/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TT_UTIL_DISTANCE_H
#define TT_UTIL_DISTANCE_H

#include <stddef.h>

#define DISTANCE_BYTES 160 /* the longest second word that is measured */

/*
 * Levenshtein's distance, whatever the case: so many letters are added, left out or
 * changed from one word to the other. DISTANCE_BYTES when `b` is longer than that.
 */
size_t edit_distance(const char *a, const char *b);

#endif /* TT_UTIL_DISTANCE_H */
