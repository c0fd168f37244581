/* SPDX-License-Identifier: GPL-2.0-only */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdlib.h>

#include "probe/hooks_state.h"

void hooks_counts(const struct hooks *h, uint64_t counts[TT_COUNT_MAX])
{
	int cpus = libbpf_num_possible_cpus();
	uint64_t cells[cpus > 0 ? cpus : 1];

	for (uint32_t i = 0; i < TT_COUNT_MAX; i++) {
		counts[i] = 0;
		if (bpf_map_lookup_elem(bpf_map__fd(h->skel->maps.tt_counts), &i, cells))
			continue;
		for (int cpu = 0; cpu < cpus; cpu++)
			counts[i] += cells[cpu];
	}
}

static uint64_t missed_runs(const struct bpf_program *prog)
{
	struct bpf_prog_info info = { 0 };
	uint32_t bytes = sizeof(info);

	if (bpf_program__fd(prog) < 0 ||
	    bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &bytes))
		return 0;
	return info.recursion_misses;
}

uint64_t hooks_missed(const struct hooks *h)
{
	uint64_t first = missed_runs(h->skel->progs.tt_state), missed;
	struct bpf_program *prog;

	/* A state change is missed only if both programs were. */
	missed = missed_runs(h->skel->progs.tt_state_again);
	if (missed > first)
		missed = first;
	bpf_object__for_each_program(prog, h->skel->obj)
		if (prog != h->skel->progs.tt_state && prog != h->skel->progs.tt_state_again)
			missed += missed_runs(prog);
	return missed;
}

size_t hooks_untold(const struct hooks *h, struct tt_ev_totals **closes)
{
	int fd = bpf_map__fd(h->skel->maps.tt_untold);
	size_t count = 0, most = 0;
	uint64_t id, next;
	bool any = !bpf_map_get_next_key(fd, NULL, &next);

	*closes = NULL;
	while (any) {
		if (count == most) {
			struct tt_ev_totals *more;

			more = realloc(*closes, (most = most ? most * 2 : 64) * sizeof(*more));
			if (!more)
				break;
			*closes = more;
		}
		id = next;
		any = !bpf_map_get_next_key(fd, &id, &next);
		/* One that is being filled in has no kind yet. */
		if (bpf_map_lookup_elem(fd, &id, &(*closes)[count]) || !(*closes)[count].head.kind)
			continue;
		bpf_map_delete_elem(fd, &id);
		count++;
	}
	return count;
}
