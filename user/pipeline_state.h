/* SPDX-License-Identifier: GPL-2.0-only */
/* pipeline_state.h - what the files of pipeline.h share. */
#ifndef TT_PIPELINE_STATE_H
#define TT_PIPELINE_STATE_H

#include "output.h"
#include "pipeline.h"
#include "state.h"
#include "track/track.h"

#define FIRST_ENDS 4096

/* Of a connection whose second end may be here too, by its hello and ports. */
struct first_end {
	uint64_t hash;
	uint8_t role; /* 0: none */
	bool failed;
};

struct pipeline {
	const struct options *options;
	struct origin origin;
	struct outputs outputs;
	int64_t status_ns;
	struct stats stats;
	uint64_t sequence;
	struct history *history;
	struct state *state; /* NULL: it is not kept */
	struct track *track;
	enum severity worst; /* of the findings told of */
	bool found;
	struct first_end first_ends[FIRST_ENDS];
};

#define TO_SINKS(p, call, ...)                                                   \
	for (int i_ = 0; i_ < (p)->outputs.count; i_++) {                        \
		struct sink *sink_ = &(p)->outputs.sinks[i_];                    \
                                                                                 \
		sink_->call(sink_, __VA_ARGS__);                                 \
		(p)->outputs.unwritten[i_]++;                                    \
	}

/* What the tracker is to call; the history is left to the caller. */
struct track_out pipeline_out(struct pipeline *p);
/* As struct track_out wants them: what the source's probes covered. */
bool pipeline_probed(void *pipeline, uint32_t file, int64_t since_ns);
bool pipeline_sealed(void *pipeline, int64_t since_ns);
/* Count a handshake that has ended; the second end of a connection on this host as such. */
void pipeline_count(struct pipeline *p, const struct conn *conn);
/* The line of counts on a terminal; at most twice a second unless forced. */
void pipeline_status(struct pipeline *p, bool forced);

#endif /* TT_PIPELINE_STATE_H */
