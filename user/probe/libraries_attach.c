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

int libraries_attach_busy(struct libraries *l, struct probed *p)
{
	const struct library *library = &p->file.library;
	size_t from = library->busy_from;
	int error;

	if (from == library->count || !l->with_busy)
		return 0;
	error = -uprobes_attach(&p->busy, program_for(l, library->kind), l->multi, p->fd,
				library->offsets + from, library->cookies + from, library->count - from);
	p->file.whole_ns = error ? 0 : clock_ns(CLOCK_REALTIME);
	return error;
}

/* A TLS library that does not call the one below through stubs (-fno-plt) needs probes there. */
void libraries_attach_below(struct libraries *l, const struct probed *newest)
{
	const struct library *library = &newest->file.library;

	l->need_below |= library->calls && library->kind == LIBRARY_OPENSSL && !library->errors;
	for (size_t i = 0; i < l->count && l->need_below; i++) {
		struct probed *p = probed_at(l, i);
		size_t from = p ? p->file.library.below_from : 0;
		size_t end = p ? p->file.library.busy_from : 0;

		if (from < end && !p->below.count)
			uprobes_attach(&p->below, l->program, l->multi, p->fd,
				       p->file.library.offsets + from,
				       p->file.library.cookies + from, end - from);
	}
}

int libraries_attach(struct libraries *l, struct probed *p, uint32_t number)
{
	const struct library *library = &p->file.library;
	int error = 0;

	if (library->kind == LIBRARY_GO)
		error = go_publish(library, number, l->go_fd);
	if (!error && library->below_from)
		error = -uprobes_attach(&p->uprobes, program_for(l, library->kind), l->multi,
					p->fd, library->offsets, library->cookies,
					library->below_from);
	return error ? error : libraries_attach_busy(l, p);
}
