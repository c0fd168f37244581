/* SPDX-License-Identifier: GPL-2.0-only */
/* budget.c - what probes on reads and writes cost, and an end to it beyond the limit. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <unistd.h>

#include "probe/libraries_state.h"
#include "util/clock.h"

#define RESUME_NS (60 * 1000000000LL) /* twice as long each time */
#define PAUSES_MAX 6

static uint64_t file_hits(int hits_fd, uint32_t file, int cpus)
{
	uint64_t cells[cpus], sum = 0;

	if (bpf_map_lookup_elem(hits_fd, &file, cells))
		return 0;
	for (int cpu = 0; cpu < cpus; cpu++)
		sum += cells[cpu];
	return sum;
}

static void count_hits(struct libraries *l, int hits_fd)
{
	int cpus = libbpf_num_possible_cpus();

	l->hits = 0;
	for (size_t i = 0; i < l->count && cpus > 0; i++) {
		uint64_t hits = file_hits(hits_fd, (uint32_t)i, cpus);

		l->probed[i]->recent = hits - l->probed[i]->hits;
		l->probed[i]->hits = hits;
		l->hits += hits;
	}
}

static struct probed *busiest(const struct libraries *l)
{
	struct probed *found = NULL;

	for (size_t i = 0; i < l->count; i++)
		if (l->probed[i]->busy.count && (!found || l->probed[i]->recent > found->recent))
			found = l->probed[i];
	return found;
}

static void resume(struct libraries *l, int64_t now_ns,
		   void (*changed)(void *arg, const struct library_file *file), void *arg)
{
	for (size_t i = 0; i < l->count; i++) {
		struct probed *p = l->probed[i];

		if (!p->file.paused || now_ns < p->resume_ns || libraries_attach_busy(l, p))
			continue;
		p->file.paused = false;
		changed(arg, &p->file);
	}
}

void libraries_budget(struct libraries *l, int hits_fd, uint64_t price_ns, double most,
		      void (*changed)(void *arg, const struct library_file *file), void *arg)
{
	int64_t now_ns = clock_ns(CLOCK_MONOTONIC), since_ns = now_ns - l->looked_ns;
	double machine_ns = (double)since_ns * (double)sysconf(_SC_NPROCESSORS_ONLN);
	uint64_t recent = l->hits;
	struct probed *p;

	count_hits(l, hits_fd);
	recent = l->hits - recent;
	if (!l->looked_ns || since_ns <= 0) {
		l->looked_ns = now_ns;
		return;
	}
	l->looked_ns = now_ns;
	while ((double)(recent * price_ns) > most * machine_ns && (p = busiest(l)) && p->recent) {
		recent -= p->recent;
		p->file.paused = true;
		p->file.calls_per_s = (double)p->recent * 1e9 / (double)since_ns;
		p->file.cost = (double)(p->recent * price_ns) / machine_ns;
		p->resume_ns = now_ns + (RESUME_NS << p->pauses);
		p->pauses += p->pauses < PAUSES_MAX;
		uprobes_detach(&p->busy);
		changed(arg, &p->file);
	}
	resume(l, now_ns, changed, arg);
}

uint64_t libraries_hits(const struct libraries *l)
{
	return l->hits;
}
