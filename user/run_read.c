/* SPDX-License-Identifier: GPL-2.0-only */
#include "run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decrypt/keylog.h"
#include "pipeline.h"
#include "source/pcap.h"
#include "source/pcapng.h"
#include "source/tcp.h"

#define FLUSH_PACKETS 4096

struct reading {
	const struct options *options;
	struct pipeline *pipeline;
	struct link *link;
	struct tcp *tcp;
	struct keylog *log;
	char *filter;
	int64_t last_ns; /* of all packets */
	bool over;	 /* nobody listens, or enough was said */
};

static volatile sig_atomic_t stopped;

static void stop(int signal_number)
{
	stopped = signal_number;
}

/* The words of the filter joined by spaces, as tcpdump takes them. */
static char *join(char **words)
{
	size_t bytes = 1;
	char *text;

	for (char **w = words; *w; w++)
		bytes += strlen(*w) + 1;
	text = calloc(1, bytes);
	for (char **w = words; text && *w; w++) {
		strcat(text, *w);
		if (w[1])
			strcat(text, " ");
	}
	return text;
}

static bool enough(const struct reading *r)
{
	return stopped || pipeline_full(r->pipeline);
}

static bool go_on(struct reading *r, const struct capture *capture)
{
	tcp_time(r->tcp, capture_time_ns(capture));
	if (enough(r))
		return false;
	/* What a pipe tells is wanted at once. */
	return (!capture_is_stream(capture) && capture_packets(capture) % FLUSH_PACKETS) ||
	       pipeline_flush(r->pipeline);
}

/* Secrets that come with the packets, before the connections that they are of. */
static void on_streamed(void *arg, const char *text, size_t bytes)
{
	struct reading *r = arg;

	keylog_text(r->log, text, bytes);
	tcp_unseal(r->tcp);
}

static bool on_idle(void *arg)
{
	struct reading *r = arg;

	tcp_idle(r->tcp);
	r->over = !pipeline_flush(r->pipeline) || enough(r);
	return !r->over;
}

static void tell_strange(const struct capture *capture, const char *path)
{
	int type;
	uint64_t packets = capture_strange(capture, &type);

	if (packets)
		fprintf(stderr, "tlstrace: %s: %llu packets are not understood, of link type %d\n", path,
			(unsigned long long)packets, type);
}

/* One file to its end; everything before an error has been told. */
static int read_file(struct reading *r, const char *path)
{
	char error[CAPTURE_ERROR];
	bool usage;
	struct capture *capture = capture_open(path, r->filter, on_streamed, r, error, &usage);
	int got = 1;

	if (!capture) {
		fprintf(stderr, "tlstrace: %s\n", error);
		return usage ? 2 : 1;
	}
	capture_on_idle(capture, on_idle, r);
	while (!r->over && (got = capture_next(capture, r->link, error)) > 0) {
		if (capture_time_ns(capture) > r->last_ns)
			r->last_ns = capture_time_ns(capture);
		r->over = !go_on(r, capture);
	}
	if (r->options->verbose)
		fprintf(stderr, "tlstrace: %s: %llu packets\n", path,
			(unsigned long long)capture_packets(capture));
	if (got >= 0 || stopped || r->over) {
		tell_strange(capture, path);
		capture_close(capture);
		return 0;
	}
	capture_close(capture);
	pipeline_flush(r->pipeline);
	fprintf(stderr, "tlstrace: %s\n", error);
	return 1;
}

static void finish(struct reading *r)
{
	const struct tcp_counts *counts = tcp_counts(r->tcp);
	struct stats stats = { .not_tls = 0 };

	tcp_idle(r->tcp);
	if (!r->over)
		tcp_end(r->tcp);
	pipeline_end(r->pipeline, r->last_ns);
	stats.not_tls = counts->not_tls;
	stats.lost[LOST_GAP] = counts->gaps;
	stats.lost[LOST_MAP_FULL] = counts->given_up;
	if (r->options->verbose)
		fprintf(stderr,
			"tlstrace: %llu TCP segments, %llu holes, %llu retransmissions with other "
			"bytes, %llu packets with fragments missing\n",
			(unsigned long long)counts->segments, (unsigned long long)counts->holes,
			(unsigned long long)counts->conflicts,
			(unsigned long long)link_fragments_lost(r->link));
	pipeline_stats(r->pipeline, &stats);
}

static int read_all(struct reading *r)
{
	int worst = 0;

	for (int i = 0; i < r->options->file_count && !r->over; i++) {
		int status = read_file(r, r->options->files[i]);

		worst = status > worst ? status : worst;
		if (status == 2)
			return status;
	}
	finish(r);
	return worst;
}

static void on_secrets(void *arg, const char *text, size_t bytes)
{
	keylog_text(arg, text, bytes);
}

/* The key log and the secrets inside the captures. NULL after saying why. */
static struct keylog *read_secrets(const struct options *o)
{
	struct keylog *log = keylog_new();
	int err = !log ? ENOMEM : o->keylog ? keylog_file(log, o->keylog) : 0;

	if (err) {
		fprintf(stderr, "tlstrace: %s: %s\n", o->keylog ? o->keylog : "key log", strerror(err));
		if (log)
			keylog_free(log);
		return NULL;
	}
	if (keylog_garbage(log))
		fprintf(stderr, "tlstrace: %s: %zu lines are not of a key log\n", o->keylog,
			keylog_garbage(log));
	for (int i = 0; i < o->file_count; i++)
		if (strcmp(o->files[i], "-"))
			pcapng_each_secrets(o->files[i], on_secrets, log);
	if (o->verbose && keylog_count(log))
		fprintf(stderr, "tlstrace: secrets of %zu handshakes\n", keylog_count(log));
	return log;
}

int run_read(const struct options *options)
{
	struct origin origin = { .name = "pcap" };
	struct tcp_config config = { .every_record = options->records, .port = options->port };
	struct sigaction action = { .sa_handler = stop };
	struct reading r = { .options = options };
	int status = 1;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	memcpy(config.host, options->host, sizeof(config.host));
	memcpy(config.host_mask, options->host_mask, sizeof(config.host_mask));
	r.log = read_secrets(options);
	if (!r.log)
		return 1;
	origin.keylog = r.log;
	config.sealed = keylog_count(r.log) > 0;
	if (options->data_bytes)
		fprintf(stderr, "tlstrace: --data: the first %u bytes of each decrypted record are shown in the clear\n",
			options->data_bytes);
	r.pipeline = pipeline_open(options, &origin);
	if (!r.pipeline) {
		keylog_free(r.log);
		return 1;
	}
	r.filter = join(options->filter);
	r.tcp = tcp_new(&config, pipeline_event, r.pipeline);
	r.link = r.tcp ? link_new(tcp_segment, r.tcp) : NULL;
	if (r.filter && r.link)
		status = read_all(&r);
	else
		fprintf(stderr, "tlstrace: %s\n", strerror(ENOMEM));
	if (r.link)
		link_free(r.link);
	if (r.tcp)
		tcp_free(r.tcp);
	free(r.filter);
	status = pipeline_close(r.pipeline, status);
	keylog_free(r.log);
	return status;
}
