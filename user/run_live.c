/* SPDX-License-Identifier: GPL-2.0-only */
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "enrich.h"
#include "pipeline.h"
#include "probe/hooks.h"
#include "probe/processes.h"
#include "source/live.h"
#include "util/clock.h"
#include "watch.h"

#define POLL_MS 20
#define LOST_NS 1000000000LL
#define STATS_NS (10 * 1000000000LL)
#define LINGER_NS (500 * 1000000LL) /* for the last closes of a command's sockets */
#define DRAIN_POLLS 129 /* of 4096 events: a ring full of the smallest; probes on libraries go on */
#define PATIENCE_NS 1000000000LL

struct run {
	const struct options *options;
	struct pipeline *pipeline;
	struct hooks *hooks;
	struct live *live;
	struct watch *watch;	     /* of libraries; NULL: the wire only */
	int64_t wall_offset_ns;
	struct command command;
};

static volatile sig_atomic_t stopped;

/* Again, and not at once (timeout(1) sends it twice): whoever reads the output has stopped. */
static void stop(int signal_number)
{
	static int64_t first_ns;
	int64_t now_ns = clock_ns(CLOCK_MONOTONIC);

	if (!stopped)
		first_ns = now_ns;
	else if (now_ns - first_ns > PATIENCE_NS)
		signal(signal_number, SIG_DFL), raise(signal_number);
	stopped = signal_number;
}

static void emit_stats(struct run *r, bool interim)
{
	struct stats stats = { .interim = interim };
	uint64_t counts[TT_COUNT_MAX];

	hooks_counts(r->hooks, counts);
	stats.lost[LOST_RING_FULL] = counts[TT_COUNT_RING_FULL];
	stats.lost[LOST_MAP_FULL] = counts[TT_COUNT_MAP_FULL];
	stats.lost[LOST_TRUNCATED] = counts[TT_COUNT_TRUNCATED];
	stats.lost[LOST_GAP] = counts[TT_COUNT_GAP];
	stats.lost[LOST_PROG_MISSED] = hooks_missed(r->hooks);
	if (r->watch)
		watch_stats(r->watch, counts, &stats);
	stats.errors_unbound = counts[TT_COUNT_UNBOUND];
	stats.not_tls = counts[TT_COUNT_NOT_TLS];
	pipeline_stats(r->pipeline, &stats);
}

static void probe_libraries(struct run *r)
{
	struct rlimit most = r->command.files;

	if (!r->options->libraries)
		return;
	most.rlim_cur = most.rlim_max;
	setrlimit(RLIMIT_NOFILE, &most); /* a link or more for each library */
	r->watch = watch_open(r->options, r->hooks, r->pipeline);
}

static void tell_ready(const struct run *r)
{
	if (r->options->data_bytes)
		fprintf(stderr, "tlstrace: --data: the first %u bytes of what each traced process "
				"reads and writes are shown in the clear\n", r->options->data_bytes);
	if (r->options->keylog_out)
		fprintf(stderr, "tlstrace: --keylog-out: who can read %s can read what each traced "
				"process sends and receives\n", r->options->keylog_out);
	if (r->options->verbose)
		fprintf(stderr, "tlstrace: hooks: %s\n", hooks_name(r->hooks));
	fprintf(stderr, "ready\n");
	if (r->options->ready_fd >= 0) {
		if (write(r->options->ready_fd, "\n", 1) != 1)
			perror("tlstrace: --ready-fd");
		close(r->options->ready_fd);
	}
}

/* A command is let end by itself; a SIGTERM is passed on to it. */
static bool go_on(struct run *r, int64_t start_ns, int64_t now)
{
	const struct options *o = r->options;

	if (pipeline_full(r->pipeline))
		return false;
	if (o->duration_s && now - start_ns >= (int64_t)o->duration_s * 1000000000)
		return false;
	if (!r->command.pid)
		return !stopped;
	if (stopped == SIGTERM)
		kill(r->command.pid, SIGTERM);
	stopped = 0;
	return !command_ended(&r->command);
}

static void look_at_clock(struct run *r)
{
	if (live_clock_stepped(&r->wall_offset_ns))
		pipeline_clock(r->pipeline, r->wall_offset_ns, clock_ns(CLOCK_REALTIME));
}

static void drain(struct run *r)
{
	for (int i = 0; i < DRAIN_POLLS && !live_poll(r->live, 0) && live_more(r->live); i++)
		;
}

static void take_untold(struct run *r)
{
	struct tt_ev_totals *closes;
	size_t count = hooks_untold(r->hooks, &closes);

	if (count)
		drain(r);
	for (size_t i = 0; i < count; i++)
		pipeline_event(r->pipeline, &closes[i], sizeof(closes[i]));
	free(closes);
}

static void count_lost(struct run *r)
{
	uint64_t counts[TT_COUNT_MAX];

	take_untold(r);
	hooks_counts(r->hooks, counts);
	pipeline_lost(r->pipeline, counts[TT_COUNT_RING_FULL], counts[TT_COUNT_GAP],
		      clock_ns(CLOCK_REALTIME));
}

static int loop(struct run *r)
{
	int64_t start_ns = clock_ns(CLOCK_MONOTONIC), stats_ns = start_ns, now = start_ns;
	int64_t lost_ns = start_ns;
	int err;

	while (go_on(r, start_ns, now)) {
		bool all = !r->watch || watch_take(r->watch);

		err = live_poll(r->live, all ? POLL_MS : 0);
		if (err) {
			fprintf(stderr, "tlstrace: ring buffer: %s\n", strerror(-err));
			return 1;
		}
		now = clock_ns(CLOCK_MONOTONIC);
		if (now - lost_ns >= LOST_NS) {
			lost_ns = now;
			count_lost(r);
		}
		look_at_clock(r);
		pipeline_tick(r->pipeline, clock_ns(CLOCK_REALTIME));
		if (now - stats_ns >= STATS_NS) {
			stats_ns = now;
			if (r->options->json)
				emit_stats(r, true);
		}
		if (!pipeline_flush(r->pipeline))
			return 0;
	}
	start_ns = clock_ns(CLOCK_MONOTONIC);
	while (r->command.done && pipeline_open_connections(r->pipeline) &&
	       clock_ns(CLOCK_MONOTONIC) - start_ns < LINGER_NS && !live_poll(r->live, POLL_MS))
		;
	return 0;
}

static int trace(struct run *r)
{
	const struct options *o = r->options;
	int status;

	command_files(&r->command);
	probe_libraries(r);
	r->live = live_open(hooks_ring_fd(r->hooks), pipeline_event, r->pipeline);
	if (!r->live || (o->pid && processes_add(hooks_processes_fd(r->hooks), o->pid, o->follow)) ||
	    (o->command && (command_start(&r->command, o->command) ||
			     processes_add(hooks_processes_fd(r->hooks), (uint32_t)r->command.pid, false))) ||
	    hooks_scan(r->hooks)) {
		fprintf(stderr, "tlstrace: cannot start: %s\n", strerror(errno));
		return 1;
	}
	tell_ready(r);
	if (o->command && command_go(&r->command))
		return 1;
	status = loop(r);
	hooks_stop(r->hooks);
	drain(r);
	take_untold(r);
	hooks_flush(r->hooks);
	drain(r);
	pipeline_end(r->pipeline, clock_ns(CLOCK_REALTIME));
	emit_stats(r, false);
	return status ? status : command_status(&r->command);
}

static struct tt_config config_of(const struct options *o)
{
	struct tt_config c = { .port = o->port, .every_record = o->records, .netns = o->netns,
			       .uid = o->uid, .by_uid = o->by_uid, .by_host = o->by_host,
			       .cgroup_id = o->cgroup_id };

	c.by_process = o->pid || o->command;
	c.follow = o->follow || o->command;
	c.libraries = o->libraries;
	if (o->libraries && o->io != IO_OFF)
		c.io = o->io_shown ? TT_IO_EACH : TT_IO_SUMS;
	c.data_bytes = (__u16)o->data_bytes;
	c.secrets = o->keylog_out != NULL;
	memcpy(c.host, o->host, sizeof(c.host));
	memcpy(c.host_mask, o->host_mask, sizeof(c.host_mask));
	if (o->comm)
		strncpy(c.comm, o->comm, sizeof(c.comm) - 1);
	return c;
}

int run_live(const struct options *options)
{
	struct run r = { .options = options, .wall_offset_ns = live_wall_offset_ns() };
	const struct origin origin = { .name = "live", .wall_offset_ns = r.wall_offset_ns,
				       .enrich = enrich_process, .shook = watch_shook, .library = options->libraries ? watch_library : NULL,
				       .probed = watch_probed, .sealed = watch_sealed,
				       .arg = &r.watch };
	struct sigaction action = { .sa_handler = stop, .sa_flags = SA_RESTART }; /* no write is broken off */
	struct tt_config config = config_of(options);
	const char *why;
	int status = 3;

	if (options->ready_fd >= 0)
		fcntl(options->ready_fd, F_SETFD, FD_CLOEXEC); /* not the command's */
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	r.pipeline = pipeline_open(options, &origin);
	if (!r.pipeline)
		return 1;
	r.hooks = hooks_open(options->hooks, &config, options->verbose, &why);
	if (r.hooks)
		status = trace(&r);
	else
		fprintf(stderr, "tlstrace: %s\n", why);
	status = pipeline_close(r.pipeline, status); /* before the probes, which take time to let go of */
	if (r.hooks)
		hooks_close(r.hooks);
	if (r.live)
		live_close(r.live);
	if (r.watch)
		watch_close(r.watch);
	return status;
}
