/* SPDX-License-Identifier: GPL-2.0-only */
/* output.h - where the sinks write: standard output, the JSON file, the status line. */
#ifndef TT_OUTPUT_H
#define TT_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "cli/options.h"
#include "sink/sink.h"

#define CLEAR_LINE "\r\033[K"

struct outputs {
	const struct options *options;
	struct sink sinks[2];
	uint64_t unwritten[2]; /* events since the last flush of each; the caller counts */
	bool broken[2];
	int count;
	FILE *keylog; /* of --keylog-out, or NULL: the caller writes lines */
	bool status_line; /* is wanted: standard error is a terminal */
	uint64_t lost;	  /* events that could not be written */
};

/*
 * Open what the options ask for; the file is appended to, created 0600, no link is
 * followed. 0, or -1 after saying why on stderr.
 */
int outputs_open(struct outputs *outputs, const struct options *options);
/*
 * Write out what the sinks hold. False when standard output is gone; a file that fails is
 * told of once. *printed: the status line was cleared for it.
 */
bool outputs_flush(struct outputs *outputs, bool *printed);
void outputs_close(struct outputs *outputs);
/* On stderr; a line that goes when something is printed, and comes back. */
void status_line(const struct stats *stats);

#endif /* TT_OUTPUT_H */
