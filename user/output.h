/* SPDX-License-Identifier: GPL-2.0-only */
/* output.h - the JSON file and the status line. */
#ifndef TT_OUTPUT_H
#define TT_OUTPUT_H

#include <stdio.h>

#include "sink/sink.h"

#define CLEAR_LINE "\r\033[K"

/* A file to append to, created 0600; no link is followed. NULL after saying why. */
FILE *output_open(const char *path);
/* On stderr; a line that goes when something is printed, and comes back. */
void status_line(const struct stats *stats);

#endif /* TT_OUTPUT_H */
