/* SPDX-License-Identifier: GPL-2.0-only */
/* pipeline_stats.c - what the pipeline tells of the tracer itself. */
#include "model/roles.h"
#include "pipeline_state.h"
#include "track/history.h"
#include "track/track.h"
#include "util/clock.h"
#include "util/hash.h"
#include "util/proc.h"

void pipeline_count(struct pipeline *p, const struct conn *c)
{
	uint16_t ports[] = { client_of(c)->port, server_of(c)->port };
	uint64_t hash = hash_bytes(hash_bytes(0, c->client.random, sizeof(c->client.random)), ports, sizeof(ports));
	struct first_end *first = &p->first_ends[hash % FIRST_ENDS];

	p->stats.handshakes++;
	p->stats.failures += c->failed;
	if (!c->client.seen || !c->role)
		return;
	if (first->role && first->role != c->role && first->hash == hash) {
		p->stats.both_ends++;
		p->stats.both_failed += first->failed && c->failed;
		first->role = ROLE_UNKNOWN;
		return;
	}
	*first = (struct first_end){ .hash = hash, .role = (uint8_t)c->role, .failed = c->failed };
}

void pipeline_coverage(struct pipeline *p, const struct coverage *coverage)
{
	struct fact fact = { .time_ns = clock_ns(CLOCK_REALTIME), .source = p->origin.name };

	p->stats.events++;
	if (p->options->failures || pipeline_full(p)) {
		p->stats.filtered++;
		return;
	}
	fact.sequence = ++p->sequence;
	TO_SINKS(p, coverage, &fact, coverage);
}

bool pipeline_probed(void *arg, uint32_t file, int64_t since_ns)
{
	const struct pipeline *p = arg;

	return p->origin.probed && p->origin.probed(p->origin.arg, file, since_ns);
}

bool pipeline_sealed(void *arg, int64_t since_ns)
{
	const struct pipeline *p = arg;

	return p->origin.sealed && p->origin.sealed(p->origin.arg, since_ns);
}

void pipeline_stats(struct pipeline *p, const struct stats *lost)
{
	struct fact fact = { .time_ns = clock_ns(CLOCK_REALTIME), .source = p->origin.name };
	struct stats stats;

	p->stats.events++;
	fact.sequence = ++p->sequence;
	stats = *lost;
	stats.events = p->stats.events;
	stats.filtered = p->stats.filtered;
	stats.handshakes = p->stats.handshakes;
	stats.failures = p->stats.failures;
	stats.both_ends = p->stats.both_ends;
	stats.both_failed = p->stats.both_failed;
	stats.lost[LOST_EVICTED] = track_evicted(p->track);
	stats.lost[LOST_OUTPUT] = p->stats.lost[LOST_OUTPUT];
	stats.emitted = p->sequence - stats.lost[LOST_OUTPUT];
	for (int i = 0; i < LOST_CAUSES; i++)
		stats.events += i == LOST_OUTPUT ? 0 : stats.lost[i];
	stats.errors_unbound -= track_joined(p->track);
	stats.io_unbound = track_io_unbound(p->track);
	stats.connections_open = track_open(p->track);
	stats.connections_total = track_total(p->track);
	stats.history_evicted = history_evicted(p->history);
	stats.rss_bytes = proc_rss_bytes();
	TO_SINKS(p, stats, &fact, &stats);
}

void pipeline_status(struct pipeline *p, bool forced)
{
	int64_t now = clock_ns(CLOCK_REALTIME);

	if (!forced && now - p->status_ns < 500000000)
		return;
	p->status_ns = now;
	p->stats.connections_open = track_open(p->track);
	p->stats.connections_total = track_total(p->track);
	p->stats.lost[LOST_EVICTED] = track_evicted(p->track);
	status_line(&p->stats);
}
