/* SPDX-License-Identifier: GPL-2.0-only */
#include "watch.h"

#include <errno.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "probe/libraries.h"
#include "probe/price.h"
#include "probe/recognize.h"
#include "util/clock.h"
#include "util/proc.h"

/* Each file is a system call: many files are looked at less often. */
#define LOOK_NS 100000000LL
#define FILES_FEW 100

#define TOLD 4096

struct told {
	uint64_t start_ns;
	uint32_t pid;
};

struct watch {
	const struct options *options;
	const struct hooks *hooks;
	struct pipeline *pipeline;
	struct libraries *libraries;
	struct price price;
	int64_t began_ns, looked_ns;
	struct told told[TOLD];
};

/* What each read and write passes is probed at all. */
static bool with_busy(const struct options *o)
{
	return o->io == IO_ALWAYS || o->max_overhead > 0;
}

/* Alerts inside of records cost something for each record: where processes are named only. */
static struct library_wish wish_of(const struct options *o)
{
	return (struct library_wish){
		.io = o->io == IO_OFF ? LIBRARY_IO_NONE :
		      o->io_shown     ? LIBRARY_IO_EACH :
					LIBRARY_IO_SUMS,
		.secrets = o->keylog_out,
		.alerts = o->pid || o->comm || o->by_uid || o->cgroup_id || o->command,
	};
}

static struct coverage coverage_of(const struct library_file *file)
{
	const struct library *l = &file->library;

	return (struct coverage){ .library = library_kind_name(l->kind), .version = l->version,
				  .path = file->path, .probes = l->names,
				  .probe_count = file->named,
				  .calls_per_s = file->calls_per_s, .cost = file->cost };
}

static void used(void *arg, uint32_t pid, const struct library_file *file)
{
	struct watch *w = arg;
	struct coverage c = coverage_of(file);

	c.pid = pid;
	proc_names(pid, c.comm, sizeof(c.comm), c.executable, sizeof(c.executable));
	c.state = file->error ? "failed" : file->paused ? "paused" : "probed";
	c.reason = file->error ? strerror(file->error) : NULL;
	pipeline_coverage(w->pipeline, &c);
}

static void ignored(void *arg, uint32_t pid, const struct library_file *file)
{
	(void)arg, (void)pid, (void)file; /* told of when it appeared */
}

/* Of a part of the host only those processes are told of that it is about. */
static bool is_part(const struct options *o)
{
	return o->pid || o->comm || o->by_uid || o->cgroup_id || o->command || o->port ||
	       o->by_host || o->netns || o->sni;
}

static void appeared(void *arg, uint32_t pid, const struct library_file *file)
{
	struct watch *w = arg;

	if (!is_part(w->options) && pid != (uint32_t)getpid())
		used(w, pid, file);
}

/* True the first time; a process that was displaced by another is told of again. */
static bool is_new(struct watch *w, const struct process *p)
{
	struct told *told = &w->told[p->pid % TOLD];

	if (told->pid == p->pid && told->start_ns == p->start_ns)
		return false;
	*told = (struct told){ p->start_ns, p->pid };
	return true;
}

void watch_shook(void *watch, const struct conn *conn)
{
	struct watch *w = *(struct watch **)watch;
	const struct process *p = conn->process;
	struct coverage none = { .state = "wire only" };

	if (!w || !p->pid || !is_new(w, p) || (conn->library && !is_part(w->options)) ||
	    libraries_of(w->libraries, p->pid, is_part(w->options) ? used : ignored, w))
		return;
	none.pid = p->pid;
	none.reason = recognize(p->pid);
	snprintf(none.comm, sizeof(none.comm), "%s", p->comm);
	snprintf(none.executable, sizeof(none.executable), "%s", p->executable);
	pipeline_coverage(w->pipeline, &none);
}

static void changed(void *arg, const struct library_file *file)
{
	struct watch *w = arg;
	struct coverage c = coverage_of(file);

	c.state = file->paused ? "paused" : "resumed";
	c.reason = file->paused ? "probes on what it does most cost more than --max-overhead"
				: NULL;
	pipeline_coverage(w->pipeline, &c);
}

static void look(struct watch *w)
{
	libraries_budget(w->libraries, hooks_hits_fd(w->hooks), &w->price,
			 w->options->io == IO_ALWAYS ? INFINITY : w->options->max_overhead / 100,
			 changed, w);
}

struct watch *watch_open(const struct options *options, const struct hooks *hooks,
			 struct pipeline *pipeline)
{
	struct watch *w = calloc(1, sizeof(*w));
	struct bpf_program *program;
	char path[PATH_MAX], real[PATH_MAX];
	size_t refused;
	bool multi;
	int fd;

	if (!w)
		return NULL;
	w->options = options;
	w->hooks = hooks;
	w->pipeline = pipeline;
	program = hooks_library(hooks, &multi);
	w->libraries = libraries_open(program, multi, with_busy(options),
				      wish_of(options),
				      appeared, w);
	if (!w->libraries) {
		free(w);
		return NULL;
	}
	program = hooks_go(hooks, &fd);
	libraries_go(w->libraries, program, fd);
	program = hooks_library(hooks, &multi);
	w->price = probe_price(program, multi);
	w->began_ns = clock_ns(CLOCK_MONOTONIC);
	refused = libraries_scan(w->libraries);
	if (options->command && command_file(options->command[0], path) && realpath(path, real))
		libraries_expect(w->libraries, real);
	if (refused && !proc_may_look())
		fprintf(stderr, "tlstrace: %zu process%s not show their libraries (CAP_SYS_PTRACE is needed): only those in the usual places are probed\n",
			refused, refused == 1 ? " does" : "es do");
	malloc_trim(0); /* symbol tables of large programs are gone for good */
	look(w); /* from here on it counts */
	if (options->verbose)
		fprintf(stderr, "tlstrace: libraries: %zu files probed%s, %llu ns a hit, %llu of the dear kind\n",
			libraries_count(w->libraries),
			libraries_follow(w->libraries) ? "" : ", new ones are not seen",
			(unsigned long long)w->price.emulated_ns,
			(unsigned long long)w->price.stepped_ns);
	return w;
}

bool watch_take(struct watch *w)
{
	int64_t now_ns = clock_ns(CLOCK_MONOTONIC);
	bool all = libraries_take(w->libraries);

	if (now_ns - w->looked_ns < LOOK_NS * (int64_t)(1 + libraries_count(w->libraries) / FILES_FEW))
		return all;
	w->looked_ns = now_ns;
	look(w);
	return all;
}

bool watch_library(void *watch, uint32_t file, const char **name, char version[32])
{
	struct watch *const *w = watch;
	struct library_known known;

	if (!*w || !libraries_known((*w)->libraries, file, &known))
		return false;
	*name = library_kind_name(known.kind);
	memcpy(version, known.version, sizeof(known.version));
	return true;
}

bool watch_probed(void *watch, uint32_t file, int64_t since_ns)
{
	struct watch *const *w = watch;
	struct library_known known;

	return *w && libraries_known((*w)->libraries, file, &known) && known.whole_ns &&
	       known.whole_ns <= since_ns;
}

bool watch_sealed(void *watch, int64_t since_ns)
{
	struct watch *const *w = watch;

	return *w && libraries_sealed((*w)->libraries, since_ns);
}

void watch_stats(const struct watch *w, const uint64_t counts[TT_COUNT_MAX], struct stats *stats)
{
	int64_t passed_ns = clock_ns(CLOCK_MONOTONIC) - w->began_ns;
	uint64_t cheap = counts[TT_COUNT_ERRORS], dear = counts[TT_COUNT_ERRORS_STEPPED];

	stats->probed = true;
	stats->probe_call_hits = libraries_hits(w->libraries, hooks_hits_fd(w->hooks), &w->price,
						&stats->probe_call_cost_ns);
	stats->probe_error_hits = cheap + dear;
	stats->probe_error_cost_ns = cheap * w->price.emulated_ns + dear * w->price.stepped_ns;
	if (passed_ns > 0)
		stats->overhead_ratio = (double)(stats->probe_call_cost_ns +
						 stats->probe_error_cost_ns) / (double)passed_ns /
					(double)sysconf(_SC_NPROCESSORS_ONLN);
	stats->mappings_missed = libraries_missed(w->libraries);
}

void watch_close(struct watch *w)
{
	libraries_close(w->libraries);
	free(w);
}
