/* SPDX-License-Identifier: GPL-2.0-only */
#include "probe/hooks.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tlstrace.skel.h"
#include "util/cgroup.h"

#define LINKS_MAX 12

struct hooks {
	struct tlstrace_bpf *skel;
	const char *name;
	struct bpf_link *links[LINKS_MAX];
	int link_count;
};

/* Best first. */
static const struct {
	const char *name;
	bool reader;
} sets[] = {
	{ "copy", true },
	{ "cgroup", false },
};

static int print_level;

static int libbpf_print(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	return print_level >= 2 ? vfprintf(stderr, format, args) : 0;
}

static void run_iterator(struct bpf_link *link)
{
	char sink[256];
	int fd = bpf_iter_create(bpf_link__fd(link));

	if (fd < 0)
		return;
	while (read(fd, sink, sizeof(sink)) > 0)
		;
	close(fd);
}

static int keep(struct hooks *h, struct bpf_link *link)
{
	if (libbpf_get_error(link))
		return -1;
	h->links[h->link_count++] = link;
	return 0;
}

static int attach(struct hooks *h, bool reader)
{
	int cgroup = cgroup_root(), failed = 0;

	if (cgroup < 0)
		return -1;
	failed |= keep(h, bpf_program__attach(h->skel->progs.tt_state));
	failed |= keep(h, bpf_program__attach(h->skel->progs.tt_reset));
	failed |= keep(h, bpf_program__attach(h->skel->progs.tt_retransmit));
	failed |= keep(h, bpf_program__attach(reader ? h->skel->progs.tt_copy
						     : h->skel->progs.tt_reader));
	if (h->skel->rodata->tt_config.follow) {
		failed |= keep(h, bpf_program__attach(h->skel->progs.tt_fork));
		failed |= keep(h, bpf_program__attach(h->skel->progs.tt_exit));
	}
	failed |= keep(h, bpf_program__attach_cgroup(h->skel->progs.tt_egress, cgroup));
	failed |= keep(h, bpf_program__attach_cgroup(h->skel->progs.tt_ingress, cgroup));
	close(cgroup);
	return failed;
}

static int try_set(struct hooks *h, size_t i, const struct tt_config *config)
{
	h->skel = tlstrace_bpf__open();
	if (!h->skel)
		return -1;
	memcpy((void *)&h->skel->rodata->tt_config, config, sizeof(*config));
	((struct tt_config *)&h->skel->rodata->tt_config)->reader_hook = sets[i].reader;
	bpf_program__set_autoload(h->skel->progs.tt_copy, sets[i].reader);
	bpf_program__set_autoload(h->skel->progs.tt_reader, !sets[i].reader);
	bpf_program__set_autoload(h->skel->progs.tt_fork, config->follow);
	bpf_program__set_autoload(h->skel->progs.tt_exit, config->follow);
	h->name = sets[i].name;
	if (!tlstrace_bpf__load(h->skel) && !attach(h, sets[i].reader))
		return 0;
	while (h->link_count)
		bpf_link__destroy(h->links[--h->link_count]);
	tlstrace_bpf__destroy(h->skel);
	h->skel = NULL;
	return -1;
}

struct hooks *hooks_open(const char *wanted, const struct tt_config *config, int verbose,
			 const char **why)
{
	struct hooks *h = calloc(1, sizeof(*h));
	struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };

	*why = "out of memory";
	if (!h)
		return NULL;
	print_level = verbose;
	libbpf_set_print(libbpf_print);
	setrlimit(RLIMIT_MEMLOCK, &unlimited); /* accounting of kernels before 5.11 */
	for (size_t i = 0; i < sizeof(sets) / sizeof(*sets); i++) {
		if (wanted && strcmp(wanted, sets[i].name))
			continue;
		if (!try_set(h, i, config))
			return h;
	}
	free(h);
	if (geteuid())
		*why = "loading BPF programs needs root: run it with sudo";
	else if (access("/sys/kernel/btf/vmlinux", R_OK))
		*why = "this kernel has no BTF: use one built with CONFIG_DEBUG_INFO_BTF";
	else if (wanted)
		*why = "this kernel refuses that hook set: try --hooks auto, and -vv for the reason";
	else
		*why = "this kernel refuses every hook set (5.17 or newer with cgroup2 is needed): "
		       "-vv shows the reason";
	return NULL;
}

const char *hooks_name(const struct hooks *h)
{
	return h->name;
}

int hooks_ring_fd(const struct hooks *h)
{
	return bpf_map__fd(h->skel->maps.tt_events);
}

int hooks_processes_fd(const struct hooks *h)
{
	return bpf_map__fd(h->skel->maps.tt_processes);
}

int hooks_scan(struct hooks *h)
{
	struct bpf_link *scan = bpf_program__attach(h->skel->progs.tt_open_files);

	if (libbpf_get_error(scan))
		return -1;
	run_iterator(scan);
	bpf_link__destroy(scan);
	return 0;
}

void hooks_flush(struct hooks *h)
{
	union bpf_iter_link_info info = {
		.map.map_fd = bpf_map__fd(h->skel->maps.tt_socks),
	};
	LIBBPF_OPTS(bpf_iter_attach_opts, opts);
	struct bpf_link *link;

	opts.link_info = &info; /* set apart: libbpf wants zero padding */
	opts.link_info_len = sizeof(info);
	link = bpf_program__attach_iter(h->skel->progs.tt_open_socks, &opts);

	if (libbpf_get_error(link))
		return;
	run_iterator(link);
	bpf_link__destroy(link);
}

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

uint64_t hooks_missed(const struct hooks *h)
{
	uint64_t missed = 0;
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, h->skel->obj) {
		struct bpf_prog_info info = { 0 };
		uint32_t bytes = sizeof(info);

		if (bpf_program__fd(prog) >= 0 &&
		    !bpf_obj_get_info_by_fd(bpf_program__fd(prog), &info, &bytes))
			missed += info.recursion_misses;
	}
	return missed;
}

void hooks_close(struct hooks *h)
{
	while (h->link_count)
		bpf_link__destroy(h->links[--h->link_count]);
	tlstrace_bpf__destroy(h->skel);
	free(h);
}
