/* SPDX-License-Identifier: GPL-2.0-only */
/* libraries_attach.c - the probes of one file, group by group. */
#include "probe/go.h"
#include "probe/libraries_state.h"
#include "util/clock.h"

static struct bpf_program *program_for(const struct libraries *l, enum library_kind kind)
{
	return kind == LIBRARY_GO ? l->go_program : l->program;
}

void libraries_go(struct libraries *l, struct bpf_program *program, int map_fd)
{
	l->go_program = program;
	l->go_fd = map_fd;
}

static int attach(const struct libraries *l, struct probed *p, enum group group)
{
	const struct library *library = &p->file.library;
	const size_t from[GROUPS + 1] = { 0, library->below_from, library->busy_from, library->dear_from,
					  library->count };
	size_t first = from[group], count = from[group + 1] - first;

	if (!count || p->group[group].count)
		return 0;
	return -uprobes_attach(&p->group[group], program_for(l, library->kind), l->multi, p->fd,
			       library->offsets + first, library->cookies + first, count);
}

int libraries_attach_busy(struct libraries *l, struct probed *p)
{
	const struct library *library = &p->file.library;
	int error;

	p->file.named = library->below_from;
	if (!l->with_busy)
		return 0;
	error = attach(l, p, GROUP_BUSY);
	if (!error)
		error = attach(l, p, GROUP_DEAR);
	p->file.whole_ns = error || library->busy_from == library->count ? 0 : clock_ns(CLOCK_REALTIME);
	if (!error)
		p->file.named = library->named;
	return error;
}

/* A TLS library that does not call the one below through stubs (-fno-plt) needs probes there. */
void libraries_attach_below(struct libraries *l, const struct probed *newest)
{
	const struct library *library = &newest->file.library;
	bool *need = &l->need_below[library->kind];

	*need |= library->needs_below;
	for (size_t i = 0; i < l->count && *need; i++) {
		struct probed *p = probed_at(l, i);

		if (p && p->file.library.kind == library->kind)
			attach(l, p, GROUP_BELOW);
	}
}

int libraries_attach(struct libraries *l, struct probed *p, uint32_t number)
{
	const struct library *library = &p->file.library;
	int error = 0;

	if (library->kind == LIBRARY_GO)
		error = go_publish(library, number, l->go_fd);
	if (!error)
		error = attach(l, p, GROUP_ALWAYS);
	return error ? error : libraries_attach_busy(l, p);
}
