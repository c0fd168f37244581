/* SPDX-License-Identifier: GPL-2.0-only */
/* run_check.c - the active test: its own connections through the pipeline, and its table. */
#include "run.h"

#include <openssl/crypto.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check/check.h"
#include "check/starttls.h"
#include "check_report.h"
#include "decrypt/keylog.h"
#include "enrich.h"
#include "pipeline.h"
#include "source/carried.h"
#include "tlstrace/library_event.h"
#include "util/clock.h"
#include "util/text.h"
#include "util/proc.h"

#define HTTPS_PORT 443
#define HELD 8 /* connections that wait to be judged; the versions' are the most */

struct checking {
	const struct options *options;
	struct pipeline *pipeline;
	struct carrier *carrier;
	struct keylog *keylog;
	struct carried *held[HELD]; /* the oldest first; the last may still be open */
	unsigned int held_count;
	const struct check_row *row; /* what the connection at hand was for */
	enum check_verdict verdict;
	struct check_report report;
};

static volatile sig_atomic_t stopped;

static void stop(int signal_number)
{
	stopped = signal_number;
}

static void on_step(void *arg, const struct check_row *row, unsigned int n, unsigned int of)
{
	check_report_step(&((struct checking *)arg)->report, row, n, of);
}

static void on_row(void *arg, const struct check_row *row)
{
	check_report_row(&((struct checking *)arg)->report, row);
}

static struct carried *current(const struct checking *c)
{
	return c->held_count ? c->held[c->held_count - 1] : NULL;
}

static void on_opened(void *arg, const struct sockaddr_storage *local,
		      const struct sockaddr_storage *remote, int64_t connect_ns, int64_t established_ns)
{
	struct checking *c = arg;

	if (c->held_count == HELD)
		return;
	c->held[c->held_count++] = carried_new(local, remote, connect_ns, established_ns);
	carried_address(remote, c->report.server, sizeof(c->report.server));
}

static void on_bytes(void *arg, bool sent, int64_t time_ns, const uint8_t *data, size_t bytes)
{
	struct carried *now = current(arg);

	if (now)
		carried_bytes(now, sent, time_ns, data, bytes);
}

static void on_error(void *arg, int64_t time_ns, const struct check_error *e)
{
	struct carried *now = current(arg);
	struct carried_error error = { .reason = e->reason, .verify = e->verify, .line = (uint32_t)e->line,
				       .call = e->reading ? TT_CALL_READ : TT_CALL_HANDSHAKE,
				       .source = e->source, .function = e->function };

	if (now)
		carried_error(now, time_ns, &error);
}

static void on_secret(void *arg, const char *line)
{
	struct checking *c = arg;

	keylog_text(c->keylog, line, strlen(line));
}

static void on_closed(void *arg, int64_t time_ns, enum check_close how)
{
	struct carried *now = current(arg);

	static const enum carried_close as[] = {
		[CHECK_CLOSED_HERE] = CARRIED_CLOSED_HERE, [CHECK_GIVEN_UP] = CARRIED_GIVEN_UP,
		[CHECK_CLOSED_THERE] = CARRIED_CLOSED_THERE, [CHECK_RESET_THERE] = CARRIED_RESET_THERE };

	if (now)
		carried_end(now, time_ns, as[how]);
}

static void on_judged(void *arg, const struct check_row *row, enum check_verdict verdict)
{
	struct checking *c = arg;
	struct carried *oldest = c->held[0];

	if (!c->held_count)
		return;
	memmove(c->held, c->held + 1, --c->held_count * sizeof(*c->held));
	if (!oldest)
		return;
	c->row = row;
	c->verdict = verdict;
	check_report_quiet(&c->report);
	carrier_tell(c->carrier, oldest);
	c->row = NULL; /* the caller's */
	pipeline_flush(c->pipeline);
}

/* A version that a server need not speak is no error of it, and no failure of the test. */
static bool on_found(void *arg, const struct conn *conn, struct finding *finding)
{
	struct checking *c = arg;

	if (c->verdict == CHECK_FINE)
		return false;
	/* It is we who leave without having sent anything, whatever the certificate is. */
	if (conn->established && finding->severity != SEVERITY_ERROR && !strcmp(finding->code, "certificate-name-mismatch"))
		return false;
	if (c->verdict == CHECK_NOTE && finding->severity == SEVERITY_ERROR)
		finding->severity = SEVERITY_INFO;
	check_note(&c->report.notes, finding, c->row ? c->row->tried : "", c->verdict == CHECK_NOTE);
	return true;
}

static const char *on_tried(void *arg)
{
	const struct checking *c = arg;

	return c->row ? c->row->tried : NULL;
}

static void on_shook(void *arg, const struct conn *conn)
{
	check_report_certificate(&((struct checking *)arg)->report, conn->server_certificate);
}

static bool on_library(void *arg, uint32_t file, const char **name, char version[32])
{
	(void)arg, (void)file;
	*name = "openssl";
	snprintf(version, 32, "%s", OpenSSL_version(OPENSSL_VERSION_STRING));
	return true;
}

static void on_give_up(void *pipeline, int64_t time_ns)
{
	pipeline_give_up(pipeline, time_ns);
}

static struct tt_owner this_process(void)
{
	struct tt_owner o = { .pid = (uint32_t)getpid(), .tid = (uint32_t)gettid(), .ppid = (uint32_t)getppid(),
			      .uid = getuid(), .how = TT_OWNER_CONNECT, .wanted = 1 };
	char executable[256], name[32];

	o.start_ns = proc_start_ticks(o.pid) * TT_TICK_NS;
	proc_names(o.pid, name, sizeof(name), executable, sizeof(executable));
	snprintf(o.comm, sizeof(o.comm), "%.15s", name);
	return o;
}

static int say(const char *error, int status)
{
	fputs("tlstrace: check: ", stderr);
	terminal_text(stderr, error);
	putc('\n', stderr);
	return status;
}

static bool open_pipeline(struct checking *c, struct options *options)
{
	struct tt_owner owner = this_process();
	struct origin origin = { .name = "live", .found = on_found, .shook = on_shook, .tried = on_tried,
				 .library = on_library, .enrich = enrich_process, .arg = c };

	origin.keylog = c->keylog = keylog_new();
	origin.wall_offset_ns = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC);
	if (!c->keylog)
		return say("out of memory", false);
	c->pipeline = pipeline_open(options, &origin);
	if (!c->pipeline)
		return false; /* it has said why */
	c->carrier = carrier_new(&owner, options->records, pipeline_event, on_give_up,
				 c->pipeline);
	return c->carrier || say("out of memory", false);
}

static int run(struct checking *c, struct check *check)
{
	struct stats stats = { 0 };
	char error[CHECK_ERROR_BYTES];
	bool good = check_run(check, error);

	check_report_quiet(&c->report);
	while (c->held_count)
		carried_free(c->held[--c->held_count]);
	pipeline_end(c->pipeline, clock_ns(CLOCK_REALTIME));
	stats.not_tls = carrier_not_tls(c->carrier);
	pipeline_stats(c->pipeline, &stats);
	pipeline_flush(c->pipeline);
	check_report_end(&c->report);
	if (!good)
		say(error, 1);
	return good && !c->report.broken ? 0 : 1;
}

static uint16_t port_of(const struct check_options *o)
{
	return o->port ? o->port : o->starttls ? starttls_port(o->starttls) : HTTPS_PORT;
}

static struct check_config config_of(const struct options *o)
{
	return (struct check_config){
		.host = o->check.host, .port = port_of(&o->check), .server_name = o->check.server_name,
		.ciphers = o->check.ciphers, .groups = o->check.groups, .cert = o->check.cert,
		.key = o->check.key, .ca = o->check.ca, .starttls = o->check.starttls,
		.limit_ns = (int64_t)(o->check.limit_s * 1e9), .reconnections = o->check.reconnections,
		.stopped = &stopped };
}

int run_check(const struct options *options)
{
	static const struct check_out calls = { .step = on_step, .opened = on_opened, .bytes = on_bytes,
						.error = on_error, .secret = on_secret, .closed = on_closed,
						.judged = on_judged, .row = on_row };
	struct options told = *options;
	struct sigaction action = { .sa_handler = stop };
	struct check_config config = config_of(options);
	struct checking c = { .options = options };
	struct check_out out = calls;
	char error[CHECK_ERROR_BYTES];
	struct check *check;
	bool usage;
	int status = 1;

	out.arg = &c;
	check = check_new(&config, &out, error, &usage);
	if (!check)
		return say(error, usage ? 2 : 1);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	check_report_begin(&c.report, options);
	told.quiet |= !options->verbose; /* the table stands for the stream */
	if (open_pipeline(&c, &told))
		status = run(&c, check);
	if (c.carrier)
		carrier_free(c.carrier);
	if (c.pipeline)
		status = pipeline_close(c.pipeline, status);
	if (c.keylog)
		keylog_free(c.keylog);
	check_report_free(&c.report);
	check_free(check);
	return status;
}
