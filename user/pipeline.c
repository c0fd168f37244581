/* SPDX-License-Identifier: GPL-2.0-only */
#include "pipeline.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "probe/hooks.h"
#include "sink/sink.h"
#include "source/live.h"
#include "track/track.h"
#include "util/proc.h"

#define POLL_MS 20
#define STATS_NS (10 * 1000000000LL)

struct pipeline {
	const struct options *options;
	struct sink sinks[2];
	int sink_count;
	struct stats stats;
	uint64_t sequence;
	struct hooks *hooks;
	struct track *track;
	struct live *live;
	pid_t child;
	int child_status;
};

static volatile sig_atomic_t stopped;

static void stop(int signal_number)
{
	(void)signal_number;
	stopped = 1;
}

static int64_t now_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static bool wanted(struct pipeline *p, const struct conn *c, bool failure)
{
	const struct options *o = p->options;

	p->stats.events++;
	if ((!o->pid || c->process.pid == o->pid) &&
	    (!p->child || c->process.pid == (uint32_t)p->child ||
	     c->process.ppid == (uint32_t)p->child) &&
	    (!o->comm || !strcmp(o->comm, c->process.comm)) && (!o->failures || failure) &&
	    (!o->count || p->sequence < o->count)) {
		p->stats.emitted++;
		if (++p->sequence == o->count)
			stopped = 1;
		return true;
	}
	p->stats.filtered++;
	return false;
}

static struct fact fact_of(const struct pipeline *p, int64_t time_ns, const struct conn *conn)
{
	return (struct fact){ .time_ns = time_ns, .sequence = p->sequence, .conn = conn };
}

#define TO_SINKS(p, call, ...)                                    \
	for (int i_ = 0; i_ < (p)->sink_count; i_++) \
		(p)->sinks[i_].call(&(p)->sinks[i_], __VA_ARGS__)

static void on_handshake(void *arg, int64_t time_ns, const struct conn *conn)
{
	struct pipeline *p = arg;
	struct fact fact;

	p->stats.handshakes++;
	p->stats.failures += conn->failed;
	if (!wanted(p, conn, conn->failed))
		return;
	fact = fact_of(p, time_ns, conn);
	TO_SINKS(p, handshake, &fact);
}

static void on_alert(void *arg, int64_t time_ns, const struct conn *conn, const struct alert *alert)
{
	struct pipeline *p = arg;
	struct fact fact;

	if (!wanted(p, conn, alert->readable && alert->level == 2))
		return;
	fact = fact_of(p, time_ns, conn);
	TO_SINKS(p, alert, &fact, alert);
}

static void on_record(void *arg, int64_t time_ns, const struct conn *conn,
		      const struct past_record *record)
{
	struct pipeline *p = arg;
	struct fact fact;

	if (!p->options->records || !wanted(p, conn, conn->failed))
		return;
	fact = fact_of(p, time_ns, conn);
	TO_SINKS(p, record, &fact, record);
}

static void on_connection(void *arg, int64_t time_ns, const struct conn *conn)
{
	struct pipeline *p = arg;
	struct fact fact;

	if (!wanted(p, conn, conn->failed))
		return;
	fact = fact_of(p, time_ns, conn);
	TO_SINKS(p, connection, &fact);
}

static void enrich(void *arg, struct process *process)
{
	(void)arg;
	proc_read(process->pid, process->start_ns, process->executable, sizeof(process->executable),
		  process->command_line, sizeof(process->command_line));
	snprintf(process->user, sizeof(process->user), "%s", user_name(process->uid));
}

static void on_event(void *arg, const void *event, size_t bytes)
{
	track_event(((struct pipeline *)arg)->track, event, bytes);
}

static void emit_stats(struct pipeline *p)
{
	struct stats stats;
	uint64_t counts[TT_COUNT_MAX];
	struct fact fact;

	p->stats.events++;
	p->stats.emitted++;
	p->sequence++;
	hooks_counts(p->hooks, counts);
	stats = p->stats;
	stats.ring_full = counts[TT_COUNT_RING_FULL];
	stats.map_full = counts[TT_COUNT_MAP_FULL];
	stats.truncated = counts[TT_COUNT_TRUNCATED];
	stats.gap = counts[TT_COUNT_GAP];
	stats.not_tls = counts[TT_COUNT_NOT_TLS];
	stats.events += stats.ring_full + stats.map_full + stats.truncated + stats.gap;
	stats.connections_open = track_open(p->track);
	stats.connections_total = track_total(p->track);
	stats.rss_bytes = proc_rss_bytes();
	fact = fact_of(p, now_ns(CLOCK_REALTIME), NULL);
	TO_SINKS(p, stats, &fact, &stats);
}

static int open_sinks(struct pipeline *p)
{
	const struct options *o = p->options;
	int colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");

	if (o->json && !o->json_file)
		json_sink(&p->sinks[p->sink_count++], stdout);
	else if (!o->quiet)
		terminal_sink(&p->sinks[p->sink_count++], stdout, colour);
	if (o->json_file) {
		int fd = open(o->json_file,
			      O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
		FILE *file = fd < 0 ? NULL : fdopen(fd, "a");

		if (!file) {
			fprintf(stderr, "tlstrace: %s: %s\n", o->json_file, strerror(errno));
			return -1;
		}
		json_sink(&p->sinks[p->sink_count++], file);
	}
	return 0;
}

/* The command waits in read() until every hook is live. */
static int start_command(struct pipeline *p, int *go_fd)
{
	int gate[2];
	char byte;

	if (pipe2(gate, O_CLOEXEC))
		return -1;
	p->child = fork();
	if (p->child < 0)
		return -1;
	if (p->child == 0) {
		close(gate[1]);
		if (read(gate[0], &byte, 1) != 1)
			_exit(127);
		execvp(p->options->command[0], p->options->command);
		fprintf(stderr, "tlstrace: %s: %s\n", p->options->command[0], strerror(errno));
		_exit(127);
	}
	close(gate[0]);
	*go_fd = gate[1];
	return 0;
}

static void tell_ready(const struct pipeline *p)
{
	if (p->options->verbose)
		fprintf(stderr, "tlstrace: hooks: %s\n", hooks_name(p->hooks));
	fprintf(stderr, "ready\n");
	if (p->options->ready_fd >= 0) {
		if (write(p->options->ready_fd, "\n", 1) != 1)
			perror("tlstrace: --ready-fd");
		close(p->options->ready_fd);
	}
}

static int loop(struct pipeline *p)
{
	int64_t start_ns = now_ns(CLOCK_MONOTONIC), stats_ns = start_ns;

	while (!stopped) {
		int64_t now = now_ns(CLOCK_MONOTONIC);
		int err = live_poll(p->live, POLL_MS);

		if (err)
			return 1;
		if (p->child && waitpid(p->child, &p->child_status, WNOHANG) == p->child)
			break;
		if (p->options->duration_s &&
		    now - start_ns >= (int64_t)p->options->duration_s * 1000000000)
			break;
		if (now - stats_ns >= STATS_NS) {
			stats_ns = now;
			if (p->options->json)
				emit_stats(p);
		}
		/* Once a poll, not a write for each event. */
		for (int i = 0; i < p->sink_count; i++)
			if (fflush(p->sinks[i].out))
				return 1;
	}
	return 0;
}

static int trace(struct pipeline *p)
{
	const struct track_out out = { p, on_handshake, on_alert, on_record, on_connection, enrich, NULL };
	int go_fd = -1, status;

	p->track = track_new(&out, live_wall_offset_ns());
	p->live = live_open(hooks_ring_fd(p->hooks), on_event, p);
	if (!p->track || !p->live || (p->options->command && start_command(p, &go_fd))) {
		fprintf(stderr, "tlstrace: cannot start: %s\n", strerror(errno));
		return 1;
	}
	tell_ready(p);
	if (go_fd >= 0 && write(go_fd, "\n", 1) != 1)
		return 1;
	if (go_fd >= 0)
		close(go_fd);
	status = loop(p);
	hooks_flush(p->hooks);
	live_poll(p->live, 0);
	track_end(p->track, now_ns(CLOCK_REALTIME));
	emit_stats(p);
	if (p->child && !status)
		status = WIFEXITED(p->child_status) ? WEXITSTATUS(p->child_status)
						    : 128 + WTERMSIG(p->child_status);
	return status;
}

int pipeline_run(const struct options *options)
{
	struct pipeline *p = calloc(1, sizeof(*p));
	struct tt_config config = { .port = options->port, .every_record = options->records };
	struct sigaction action = { .sa_handler = stop };
	const char *why;
	int status = 1;

	if (!p)
		return 1;
	p->options = options;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (open_sinks(p)) {
		free(p);
		return 1;
	}
	p->hooks = hooks_open(options->hooks, &config, options->verbose, &why);
	if (p->hooks) {
		status = trace(p);
		hooks_close(p->hooks);
	} else {
		fprintf(stderr, "tlstrace: %s\n", why);
		status = 3;
	}
	if (p->live)
		live_close(p->live);
	if (p->track)
		track_free(p->track);
	for (int i = 0; i < p->sink_count; i++)
		if (p->sinks[i].out != stdout)
			fclose(p->sinks[i].out);
	free(p);
	return status;
}
