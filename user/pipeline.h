/* SPDX-License-Identifier: GPL-2.0-only */
/* pipeline.h - events through the tracker and the filters to the sinks. */
#ifndef TT_PIPELINE_H
#define TT_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/options.h"
#include "sink/sink.h"

struct pipeline;

/* Where events come from, and what a source knows beside them. */
struct origin {
	const char *name;	/* tlstrace.source */
	int64_t wall_offset_ns; /* added to the events' times */
	void (*enrich)(void *arg, struct process *process); /* or NULL */
	/* Each handshake; or NULL. */
	void (*shook)(void *arg, const struct conn *conn);
	/* What an event's file number stands for; or NULL. */
	bool (*library)(void *arg, uint32_t file, const char **name, char version[32]);
	bool (*probed)(void *arg, uint32_t file, int64_t since_ns); /* as in struct track_out; or NULL */
	bool (*sealed)(void *arg, int64_t since_ns);
	/* Each finding before it is told, to be changed or remembered; false: not to be told. Or NULL. */
	bool (*found)(void *arg, const struct conn *conn, struct finding *finding);
	void *arg;
	const struct keylog *keylog; /* or NULL */
	/* struct fact's, of what is told of next; or NULL. */
	const char *(*tried)(void *arg);
};

/* Open the sinks that the options ask for. NULL after saying why on stderr. */
struct pipeline *pipeline_open(const struct options *options, const struct origin *origin);
/* One struct tt_event; `pipeline` is a struct pipeline, as callbacks want it. */
void pipeline_event(void *pipeline, const void *event, size_t bytes);
/* The wall clock was set, at `time_ns` of it: from here on this is added to the events' times. */
void pipeline_clock(struct pipeline *p, int64_t wall_offset_ns, int64_t time_ns);
/* It is now `time_ns` (wall clock): for what is noticed by silence. */
void pipeline_tick(struct pipeline *p, int64_t time_ns);
/* Whoever carries the connections gives up at `time_ns`, of the events' clock. */
void pipeline_give_up(struct pipeline *p, int64_t time_ns);
/*
 * Write out what the sinks hold, and the status line. False when standard
 * output is gone: nobody listens any more. A file that fails is told of once.
 */
bool pipeline_flush(struct pipeline *p);
/* The source lost so many events, and parts of streams, in all, as of `time_ns` (wall clock). */
void pipeline_lost(struct pipeline *p, uint64_t events, uint64_t gaps, int64_t time_ns);
bool pipeline_full(const struct pipeline *p); /* --count is reached */
/* Emit a stats event; `lost` holds what the source counted. */
void pipeline_stats(struct pipeline *p, const struct stats *lost);
/* A process with a TLS library appeared, or what is probed of a library changed. */
void pipeline_coverage(struct pipeline *p, const struct coverage *coverage);
size_t pipeline_open_connections(const struct pipeline *p);
/* Tell of connections still open as such. */
void pipeline_end(struct pipeline *p, int64_t time_ns);
/*
 * Close all. Return the exit status: 4 when there was a finding that --fail-on asks for,
 * 1 when an output failed and `status` is 0, else `status`.
 */
int pipeline_close(struct pipeline *p, int status);

#endif /* TT_PIPELINE_H */
