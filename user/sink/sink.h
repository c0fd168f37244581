/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sink.h - the far end of the pipeline. A sink receives finished facts and
 * formats them; it changes nothing and knows no other sink.
 */
#ifndef TT_SINK_H
#define TT_SINK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "model/conn.h"
#include "model/coverage.h"
#include "model/finding.h"
#include "model/io.h"
#include "model/message.h"

/* Why an event never came out; json.c has their names. */
enum lost_cause {
	LOST_RING_FULL,
	LOST_MAP_FULL,
	LOST_EVICTED,
	LOST_TRUNCATED,
	LOST_GAP,
	LOST_OUTPUT,
	LOST_PROG_MISSED,
	LOST_CAUSES,
};

struct stats {
	bool interim; /* not the last of the run: for the JSON */
	uint64_t events, emitted, filtered;
	uint64_t lost[LOST_CAUSES];
	uint64_t connections_open, connections_total, handshakes, failures, not_tls;
	uint64_t both_ends, both_failed; /* of the handshakes: second ends of connections on this host */
	uint64_t history_evicted; /* sessions and pairs forgotten for want of room */
	bool probed;		   /* libraries are */
	uint64_t probe_call_hits, probe_error_hits;
	uint64_t probe_call_cost_ns, probe_error_cost_ns;
	double overhead_ratio;	  /* of the probes, of the whole machine */
	uint64_t errors_unbound;  /* library errors of no connection that is known */
	uint64_t io_unbound;	  /* calls that move plaintext, the same */
	uint64_t mappings_missed; /* files that processes mapped and nobody looked at */
	uint64_t rss_bytes;
};

/* What every event of one emission shares. */
struct fact {
	int64_t time_ns;   /* wall clock */
	uint64_t sequence; /* event.sequence */
	const char *source;	 /* "live", "pcap" */
	const char *tried;	 /* by a check: what the connection is for; NULL: it is nobody's test */
	const struct conn *conn; /* NULL for stats */
	bool explained; /* a failed handshake: a finding that says why follows */
	bool last;	/* --count is reached: nothing follows */
};

struct sink {
	FILE *out;
	bool hex; /* plaintext is shown so */
	/* Terminal sink only. */
	bool colour, brief;
	int width;     /* columns, 0: lines are as long as they are */
	uint64_t last; /* the connection that the last line was of, 0: of none */
	void (*handshake)(struct sink *sink, const struct fact *fact);
	void (*alert)(struct sink *sink, const struct fact *fact, const struct alert *alert);
	void (*record)(struct sink *sink, const struct fact *fact, const struct past_record *record);
	void (*message)(struct sink *sink, const struct fact *fact, const struct message *message);
	void (*io)(struct sink *sink, const struct fact *fact, const struct io_call *io);
	void (*finding)(struct sink *sink, const struct fact *fact, const struct finding *finding);
	void (*error)(struct sink *sink, const struct fact *fact); /* conn's last one */
	void (*connection)(struct sink *sink, const struct fact *fact);
	void (*coverage)(struct sink *sink, const struct fact *fact, const struct coverage *coverage);
	void (*stats)(struct sink *sink, const struct fact *fact, const struct stats *stats);
	/* What was held back for what might follow is due; `all`: nothing follows. Or NULL. */
	void (*settle)(struct sink *sink, bool all);
};

/*
 * Fill *sink with the functions of that rendering; `out` stays the caller's. `hex` may be
 * set after it.
 */
void json_sink(struct sink *sink, FILE *out);
void terminal_sink(struct sink *sink, FILE *out, bool colour, bool brief);

#endif /* TT_SINK_H */
