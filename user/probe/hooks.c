/* SPDX-License-Identifier: GPL-2.0-only */
#include "probe/hooks.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "probe/hooks_state.h"
#include "probe/loadlog.h"
#include "probe/uprobes.h"
#include "util/cgroup.h"

/* How received bytes are seen; the rest is the same in every set. */
enum reader { READ_COPY = 1, READ_FENTRY = 2, READ_KPROBE = 4, READ_NONE = 8 };

/* Best first. */
static const struct {
	const char *name;
	enum reader reader;
} sets[] = {
	{ "copy", READ_COPY },
	{ "fentry", READ_FENTRY },
	{ "kprobe", READ_KPROBE },
	{ "cgroup", READ_NONE },
};

/* The programs that not every set or kernel has. */
struct choice {
	struct bpf_program *program;
	unsigned readers;
	const char *needs; /* a type in the kernel's BTF, or NULL */
};
#define CHOICES 8
#define STATE_LINKS 2

static void choices(const struct tlstrace_bpf *skel, struct choice out[static CHOICES])
{
	unsigned follow = skel->rodata->tt_config.follow ? ~0u : 0;

	out[0] = (struct choice){ skel->progs.tt_copy, READ_COPY, NULL };
	out[1] = (struct choice){ skel->progs.tt_recv, READ_FENTRY | READ_KPROBE, NULL };
	out[2] = (struct choice){ skel->progs.tt_recv_fentry, READ_FENTRY, NULL };
	out[3] = (struct choice){ skel->progs.tt_recv_kprobe, READ_KPROBE, NULL };
	out[4] = (struct choice){ skel->progs.tt_reader, READ_NONE, NULL };
	out[5] = (struct choice){ skel->progs.tt_retransmit, ~0u, "btf_trace_tcp_retransmit_skb" };
	out[6] = (struct choice){ skel->progs.tt_fork, follow, NULL };
	out[7] = (struct choice){ skel->progs.tt_exit, follow, NULL };
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

static int attach_chosen(struct hooks *h)
{
	struct choice choice[CHOICES];

	choices(h->skel, choice);
	for (size_t i = 0; i < CHOICES; i++)
		if (bpf_program__autoload(choice[i].program) &&
		    keep(h, bpf_program__attach(choice[i].program)))
			return -1;
	return 0;
}

static int attach(struct hooks *h)
{
	int cgroup = cgroup_root(), failed;

	if (cgroup < 0)
		return -1;
	/* STATE_LINKS: the last to go. */
	failed = keep(h, bpf_program__attach(h->skel->progs.tt_state)) ||
		 keep(h, bpf_program__attach(h->skel->progs.tt_state_again)) || attach_chosen(h);
	failed = failed ||
		 keep(h, bpf_program__attach_cgroup(h->skel->progs.tt_egress, cgroup)) ||
		 keep(h, bpf_program__attach_cgroup(h->skel->progs.tt_ingress, cgroup));
	close(cgroup);
	return failed ? -1 : 0;
}

static void let_go(struct hooks *h, int but)
{
	while (h->link_count > but)
		bpf_link__destroy(h->links[--h->link_count]);
}

void hooks_stop(struct hooks *h)
{
	h->skel->bss->tt_stopping = 1;
	let_go(h, STATE_LINKS);
}

static void choose_library(struct hooks *h, const struct tt_config *config, const struct btf *kernel)
{
	struct bpf_program *programs[] = { h->skel->progs.tt_library, h->skel->progs.tt_library_go };
	struct bpf_map *maps[] = { h->skel->maps.tt_library_calls, h->skel->maps.tt_objects,
				   h->skel->maps.tt_hits, h->skel->maps.tt_go_calls,
				   h->skel->maps.tt_go_addresses };

	h->multi = uprobes_multi(kernel);
	for (size_t i = 0; i < sizeof(programs) / sizeof(*programs); i++) {
		if (h->multi)
			bpf_program__set_expected_attach_type(programs[i], UPROBE_MULTI);
		bpf_program__set_autoload(programs[i], config->libraries);
	}
	for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); i++)
		bpf_map__set_autocreate(maps[i], config->libraries);
	if (config->libraries && uprobes_may_sleep()) {
		bpf_program__set_flags(h->skel->progs.tt_library_go, BPF_F_SLEEPABLE);
		((struct tt_config *)&h->skel->rodata->tt_config)->uprobes_sleep = 1;
	}
	bpf_map__set_autocreate(h->skel->maps.tt_ios, config->libraries && config->io);
}

static int try_set(struct hooks *h, size_t set, const struct tt_config *config,
		   const struct btf *kernel)
{
	enum reader reader = sets[set].reader;
	struct choice choice[CHOICES];

	h->skel = tlstrace_bpf__open();
	if (!h->skel)
		return -1;
	memcpy((void *)&h->skel->rodata->tt_config, config, sizeof(*config));
	((struct tt_config *)&h->skel->rodata->tt_config)->reader_hook = reader != READ_NONE;
	choices(h->skel, choice);
	for (size_t i = 0; i < CHOICES; i++)
		bpf_program__set_autoload(choice[i].program,
					  (choice[i].readers & reader) &&
					  (!choice[i].needs ||
					   btf__find_by_name(kernel, choice[i].needs) > 0));
	choose_library(h, config, kernel);
	bpf_map__set_autocreate(h->skel->maps.tt_calls, reader & (READ_FENTRY | READ_KPROBE));
	h->name = sets[set].name;
	if (!tlstrace_bpf__load(h->skel) && !attach(h))
		return 0;
	let_go(h, 0);
	tlstrace_bpf__destroy(h->skel);
	h->skel = NULL;
	return -1;
}

static const char *cause(const char *wanted)
{
	static char sentence[256];
	struct utsname kernel;
	int cgroup;

	if (geteuid())
		return "loading BPF programs needs root: run it with sudo";
	if (access("/sys/kernel/btf/vmlinux", R_OK))
		return "this kernel has no BTF: use one built with CONFIG_DEBUG_INFO_BTF";
	cgroup = cgroup_root();
	if (cgroup < 0)
		return "no cgroup2 is mounted here: under \"ip netns exec\" start it outside, with --netns NAME; else mount -t cgroup2 none /sys/fs/cgroup";
	close(cgroup);
	uname(&kernel);
	if (wanted)
		snprintf(sentence, sizeof(sentence),
			 "this kernel (%s) refuses hook set '%s': try --hooks auto, and -v for the "
			 "reason",
			 kernel.release, wanted);
	else
		snprintf(sentence, sizeof(sentence),
			 "this kernel (%s) refuses every hook set: boot Linux 5.15 or newer; -v "
			 "shows the reasons",
			 kernel.release);
	return sentence;
}

struct hooks *hooks_open(const char *wanted, const struct tt_config *config, int verbose,
			 const char **why)
{
	struct hooks *h = calloc(1, sizeof(*h));
	struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };
	struct btf *kernel;

	*why = "out of memory";
	if (!h)
		return NULL;
	loadlog_start(verbose >= 2);
	setrlimit(RLIMIT_MEMLOCK, &unlimited); /* accounting of kernels before 5.11 */
	kernel = btf__load_vmlinux_btf();
	for (size_t i = 0; kernel && i < sizeof(sets) / sizeof(*sets); i++) {
		if (wanted && strcmp(wanted, sets[i].name))
			continue;
		loadlog_clear();
		if (!try_set(h, i, config, kernel)) {
			btf__free(kernel);
			return h;
		}
		if (verbose)
			fprintf(stderr, "tlstrace: hooks: not %s: %s\n", sets[i].name,
				loadlog_reason());
	}
	btf__free(kernel);
	free(h);
	*why = cause(wanted);
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

struct bpf_program *hooks_library(const struct hooks *h, bool *multi)
{
	*multi = h->multi;
	return h->skel->progs.tt_library;
}

struct bpf_program *hooks_go(const struct hooks *h, int *map_fd)
{
	*map_fd = bpf_map__fd(h->skel->maps.tt_go_addresses);
	return h->skel->progs.tt_library_go;
}

int hooks_hits_fd(const struct hooks *h)
{
	return bpf_map__fd(h->skel->maps.tt_hits);
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
	let_go(h, 0);
}

void hooks_close(struct hooks *h)
{
	let_go(h, 0);
	tlstrace_bpf__destroy(h->skel);
	free(h);
}
