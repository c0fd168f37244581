/* SPDX-License-Identifier: GPL-2.0-only */
/* budget.c - what probes on reads and writes cost, and an end to it beyond the limit. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <unistd.h>

#include "probe/libraries_state.h"
#include "util/clock.h"

#define RESUME_NS (60 * 1000000000LL) /* twice as long each time */
#define PAUSES_MAX 6

static struct tt_hits file_hits(int hits_fd, uint32_t file, int cpus)
{
	struct tt_hits cells[cpus], sum = { 0 };

	if (bpf_map_lookup_elem(hits_fd, &file, cells))
		return sum;
	for (int cpu = 0; cpu < cpus; cpu++) {
		sum.emulated += cells[cpu].emulated;
		sum.stepped += cells[cpu].stepped;
	}
	return sum;
}

/* Since the last look, and what they took. */
static uint64_t new_hits(const struct probed *p, const struct tt_hits *now, const struct price *price,
			 uint64_t *cost_ns)
{
	uint64_t emulated = now->emulated - p->hits.emulated, stepped = now->stepped - p->hits.stepped;

	*cost_ns = emulated * price->emulated_ns + stepped * price->stepped_ns;
	return emulated + stepped;
}

static void count_hits(struct libraries *l, int hits_fd, const struct price *price)
{
	int cpus = libbpf_num_possible_cpus();

	for (size_t i = 0; i < l->count && cpus > 0; i++) {
		struct probed *p = l->probed[i];
		struct tt_hits hits = p ? file_hits(hits_fd, (uint32_t)i, cpus) : (struct tt_hits){ 0 };

		if (!p)
			continue;
		p->recent = new_hits(p, &hits, price, &p->recent_ns);
		p->hits = hits;
		l->hits += p->recent;
		l->cost_ns += p->recent_ns;
	}
}

static struct probed *busiest(const struct libraries *l)
{
	struct probed *found = NULL;

	for (size_t i = 0; i < l->count; i++) {
		struct probed *p = probed_at(l, i);

		if (p && (p->group[GROUP_BUSY].count || p->group[GROUP_DEAR].count) && (!found || p->recent_ns > found->recent_ns))
			found = p;
	}
	return found;
}

static void resume(struct libraries *l, int64_t now_ns,
		   void (*changed)(void *arg, const struct library_file *file), void *arg)
{
	for (size_t i = 0; i < l->count; i++) {
		struct probed *p = probed_at(l, i);

		if (!p || !p->file.paused || now_ns < p->resume_ns || libraries_attach_busy(l, p))
			continue;
		p->file.paused = false;
		changed(arg, &p->file);
	}
}

/* First what is dear: the rest may do without. */
static void let_go(struct probed *p, int64_t now_ns, int64_t since_ns,
		   double machine_ns)
{
	const struct library *library = &p->file.library;
	enum group group = p->group[GROUP_DEAR].count ? GROUP_DEAR : GROUP_BUSY;

	p->file.paused = true;
	p->file.whole_ns = 0;
	p->file.calls_per_s = (double)p->recent * 1e9 / (double)since_ns;
	p->file.cost = (double)p->recent_ns / machine_ns;
	p->resume_ns = now_ns + (RESUME_NS << p->pauses);
	p->pauses += p->pauses < PAUSES_MAX;
	p->recent = p->recent_ns = 0; /* what is left is measured anew */
	p->file.named = group == GROUP_DEAR ? library->dear_from : library->below_from;
	uprobes_detach(&p->group[group]);
}

void libraries_budget(struct libraries *l, int hits_fd, const struct price *price, double most,
		      void (*changed)(void *arg, const struct library_file *file), void *arg)
{
	int64_t now_ns = clock_ns(CLOCK_MONOTONIC), since_ns = now_ns - l->looked_ns;
	double machine_ns = (double)since_ns * (double)sysconf(_SC_NPROCESSORS_ONLN);
	uint64_t recent_ns = l->cost_ns;
	struct probed *p;

	count_hits(l, hits_fd, price);
	recent_ns = l->cost_ns - recent_ns;
	if (!l->looked_ns || since_ns <= 0) {
		l->looked_ns = now_ns;
		return;
	}
	l->looked_ns = now_ns;
	while ((double)recent_ns > most * machine_ns && (p = busiest(l)) && p->recent) {
		recent_ns -= p->recent_ns;
		let_go(p, now_ns, since_ns, machine_ns);
		changed(arg, &p->file);
	}
	resume(l, now_ns, changed, arg);
}

uint64_t libraries_hits(const struct libraries *l, int hits_fd, const struct price *price, uint64_t *cost_ns)
{
	int cpus = libbpf_num_possible_cpus();
	uint64_t hits = l->hits, took_ns;

	*cost_ns = l->cost_ns;
	for (size_t i = 0; i < l->count && cpus > 0; i++) {
		struct tt_hits now;

		if (!l->probed[i])
			continue;
		now = file_hits(hits_fd, (uint32_t)i, cpus);
		hits += new_hits(l->probed[i], &now, price, &took_ns);
		*cost_ns += took_ns;
	}
	return hits;
}
