/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sink.h - the far end of the pipeline. A sink receives finished facts and
 * formats them; it changes nothing and knows no other sink.
 */
#ifndef TT_SINK_H
#define TT_SINK_H

#include <stdint.h>
#include <stdio.h>

#include "model/conn.h"

struct stats {
	uint64_t events, emitted, filtered;
	uint64_t ring_full, map_full, truncated, gap;
	uint64_t connections_open, connections_total, handshakes, failures, not_tls;
	uint64_t rss_bytes;
};

/* What every event of one emission shares. */
struct fact {
	int64_t time_ns;   /* wall clock */
	uint64_t sequence; /* event.sequence */
	const struct conn *conn; /* NULL for stats */
};

struct sink {
	FILE *out;
	int colour; /* terminal sink only */
	void (*handshake)(struct sink *sink, const struct fact *fact);
	void (*alert)(struct sink *sink, const struct fact *fact, const struct alert *alert);
	void (*record)(struct sink *sink, const struct fact *fact, const struct past_record *record);
	void (*connection)(struct sink *sink, const struct fact *fact);
	void (*stats)(struct sink *sink, const struct fact *fact, const struct stats *stats);
};

/* Fill *sink with the functions of that rendering; `out` stays the caller's. */
void json_sink(struct sink *sink, FILE *out);
void terminal_sink(struct sink *sink, FILE *out, int colour);

#endif /* TT_SINK_H */
