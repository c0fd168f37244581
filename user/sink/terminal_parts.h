/* SPDX-License-Identifier: GPL-2.0-only */
/* terminal_parts.h - what terminal.c prints that is not a line of a connection. */
#ifndef TT_SINK_TERMINAL_PARTS_H
#define TT_SINK_TERMINAL_PARTS_H

#include "sink/sink.h"

#define RED "\033[1;31m"
#define PLAIN "\033[0m"

void terminal_clock(FILE *out, int64_t time_ns); /* "15:04:05.123 " */
/* A block under the line that it explains. */
void terminal_finding(struct sink *sink, const struct fact *fact, const struct finding *finding);
/* The rest of a line that has its prefix, and a line for plaintext. */
void terminal_io(struct sink *sink, const struct io_call *io);
void terminal_coverage(struct sink *sink, const struct fact *fact,
		       const struct coverage *coverage);

#endif /* TT_SINK_TERMINAL_PARTS_H */
