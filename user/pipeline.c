/* SPDX-License-Identifier: GPL-2.0-only */
#include "pipeline_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "track/history.h"
#include "util/clock.h"

void pipeline_event(void *pipeline, const void *event, size_t bytes)
{
	track_event(((struct pipeline *)pipeline)->track, event, bytes);
}

void pipeline_clock(struct pipeline *p, int64_t wall_offset_ns, int64_t time_ns)
{
	p->origin.wall_offset_ns = wall_offset_ns;
	track_clock(p->track, wall_offset_ns, time_ns);
}

void pipeline_tick(struct pipeline *p, int64_t time_ns)
{
	track_tick(p->track, time_ns);
}

void pipeline_give_up(struct pipeline *p, int64_t time_ns)
{
	track_give_up(p->track, time_ns + p->origin.wall_offset_ns);
}

void pipeline_lost(struct pipeline *p, uint64_t events, uint64_t gaps, int64_t time_ns)
{
	if (events != p->stats.lost[LOST_RING_FULL])
		track_lost(p->track, time_ns);
	p->stats.lost[LOST_RING_FULL] = events;
	p->stats.lost[LOST_GAP] = gaps;
}

bool pipeline_full(const struct pipeline *p)
{
	return p->options->count && p->sequence >= p->options->count;
}

size_t pipeline_open_connections(const struct pipeline *p)
{
	return track_open(p->track);
}

bool pipeline_flush(struct pipeline *p)
{
	bool printed, heard = outputs_flush(&p->outputs, &printed);

	p->stats.lost[LOST_OUTPUT] = p->outputs.lost;
	if (p->state)
		state_tick(p->state, clock_ns(CLOCK_MONOTONIC));
	if (p->outputs.status_line)
		pipeline_status(p, printed);
	return heard;
}

struct pipeline *pipeline_open(const struct options *options, const struct origin *origin)
{
	struct pipeline *p = calloc(1, sizeof(*p));
	struct track_out out;

	if (p) {
		p->options = options;
		p->origin = *origin;
		out = pipeline_out(p);
		p->history = out.history = history_new(HISTORY_SESSIONS, HISTORY_PAIRS);
		p->track = track_new(&out, origin->wall_offset_ns);
	}
	if (!p || !p->track || !p->history) {
		fprintf(stderr, "tlstrace: %s\n", strerror(ENOMEM));
		free(p);
		return NULL;
	}
	if (options->state)
		p->state = state_open(options->state, p->history, options->verbose);
	if ((p->state || !options->state) && !outputs_open(&p->outputs, options))
		return p;
	pipeline_close(p, 0);
	return NULL;
}

void pipeline_end(struct pipeline *p, int64_t time_ns)
{
	track_end(p->track, time_ns);
}

int pipeline_close(struct pipeline *p, int status)
{
	const struct options *o = p->options;

	pipeline_flush(p);
	if (p->outputs.status_line && p->status_ns)
		fputs(CLEAR_LINE, stderr);
	if (p->found && o->fail_on && p->worst >= o->fail_on - 1)
		status = 4;
	else if (!status)
		status = p->outputs.broken[0] || p->outputs.broken[1];
	if (!state_close(p->state) && !status)
		status = 1;
	outputs_close(&p->outputs);
	track_free(p->track);
	history_free(p->history);
	free(p);
	return status;
}
