/* SPDX-License-Identifier: GPL-2.0-only */
#include "pipeline_state.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diagnose/diagnose.h"
#include "sink/keylog_out.h"
#include "track/history.h"
#include "track/track.h"
#include "util/clock.h"

/* Processes, sockets and ports were chosen by the source; the rest is here. */
static bool in_scope(const struct pipeline *p, const struct conn *c)
{
	return c->wanted &&
	       (!p->options->sni || !fnmatch(p->options->sni, c->client.server_name, FNM_CASEFOLD));
}

static bool wanted(const struct pipeline *p, const struct conn *c, bool failure)
{
	const struct options *o = p->options;

	return in_scope(p, c) && (!o->failures || failure) && (!o->count || p->sequence < o->count);
}

/* An event came due. Fill *fact and return true when it is to be shown. */
static bool due(struct pipeline *p, int64_t time_ns, const struct conn *conn, bool failure,
		struct fact *fact)
{
	p->stats.events++;
	if (!wanted(p, conn, failure)) {
		p->stats.filtered++;
		return false;
	}
	p->sequence++;
	*fact = (struct fact){ .time_ns = time_ns, .sequence = p->sequence,
			       .source = p->origin.name, .conn = conn, .last = pipeline_full(p) };
	if (p->origin.tried)
		fact->tried = p->origin.tried(p->origin.arg);
	return true;
}

static void tell(struct pipeline *p, int64_t time_ns, const struct conn *conn,
		 struct finding *finding)
{
	struct fact fact;

	if (p->origin.found && !p->origin.found(p->origin.arg, conn, finding))
		return;
	if (!due(p, time_ns, conn, conn->failed || finding->severity == SEVERITY_ERROR, &fact))
		return;
	if (finding->severity > p->worst || !p->found)
		p->worst = finding->severity;
	p->found = true;
	TO_SINKS(p, finding, &fact, finding);
}

static void remark(struct pipeline *p, int64_t time_ns, const struct conn *conn, enum moment moment)
{
	struct finding finding;
	size_t next = 0;

	while (diagnose_remark(conn, moment, time_ns, &next, &finding))
		tell(p, time_ns, conn, &finding);
}

/* Why, from the connection and the alert that came last if it was this one's. */
static bool concluded(const struct conn *conn, int64_t time_ns, struct finding *finding)
{
	const struct alert *alert = conn->last_alert.time_ns ? &conn->last_alert : NULL;

	/* That it stalled is the finding: the silent end which follows is no second one. */
	return !(conn->stalled && conn->failed && !alert) && diagnose(conn, alert, time_ns, finding);
}

static void conclude(struct pipeline *p, int64_t time_ns, const struct conn *conn)
{
	struct finding finding;

	if (!concluded(conn, time_ns, &finding))
		return;
	tell(p, time_ns, conn, &finding);
	remark(p, time_ns, conn, AT_FAILURE);
}

static void on_handshake(void *arg, int64_t time_ns, const struct conn *conn)
{
	struct pipeline *p = arg;
	struct finding finding;
	struct fact fact;
	bool explained = conn->failed && concluded(conn, time_ns, &finding);

	if (in_scope(p, conn) && p->origin.shook)
		p->origin.shook(p->origin.arg, conn);
	if (in_scope(p, conn))
		pipeline_count(p, conn);
	if (due(p, time_ns, conn, conn->failed, &fact)) {
		fact.explained = explained && wanted(p, conn, true);
		TO_SINKS(p, handshake, &fact);
	}
	if (explained) {
		tell(p, time_ns, conn, &finding);
		remark(p, time_ns, conn, AT_FAILURE);
	} else if (conn->established)
		remark(p, time_ns, conn, AT_SUCCESS);
}

static void on_alert(void *arg, int64_t time_ns, const struct conn *conn, const struct alert *alert)
{
	struct pipeline *p = arg;
	struct fact fact;

	/* What it means is said when the handshake has failed, or at the close that follows. */
	if (due(p, time_ns, conn, alert->readable && alert->level == 2, &fact))
		TO_SINKS(p, alert, &fact, alert);
}

static void on_error(void *arg, int64_t time_ns, const struct conn *conn)
{
	struct pipeline *p = arg;
	struct fact fact;

	if (due(p, time_ns, conn, true, &fact))
		TO_SINKS(p, error, &fact);
}

static bool library(void *arg, uint32_t file, const char **name, char version[32])
{
	const struct pipeline *p = arg;

	return p->origin.library && p->origin.library(p->origin.arg, file, name, version);
}

static void on_secret(void *arg, const char *label, const uint8_t *random, const uint8_t *secret,
		      size_t bytes)
{
	struct pipeline *p = arg;

	keylog_line(p->outputs.keylog, label, random, secret, bytes);
}

static void on_io(void *arg, int64_t time_ns, const struct conn *conn, const struct io_call *io)
{
	struct pipeline *p = arg;
	struct fact fact;

	if (due(p, time_ns, conn, conn->failed, &fact))
		TO_SINKS(p, io, &fact, io);
}

static void on_record(void *arg, int64_t time_ns, const struct conn *conn,
		      const struct past_record *record)
{
	struct pipeline *p = arg;
	struct fact fact;

	if (p->options->records && due(p, time_ns, conn, conn->failed, &fact))
		TO_SINKS(p, record, &fact, record);
}

static void on_message(void *arg, int64_t time_ns, const struct conn *conn,
		       const struct message *message)
{
	struct pipeline *p = arg;
	struct fact fact;

	if (due(p, time_ns, conn, conn->failed, &fact))
		TO_SINKS(p, message, &fact, message);
}

static void on_connection(void *arg, int64_t time_ns, const struct conn *conn)
{
	struct pipeline *p = arg;
	const struct alert *alert = &conn->last_alert;
	struct fact fact;

	if (conn->never_tls || (conn->established && alert->time_ns))
		conclude(p, time_ns, conn);
	if (due(p, time_ns, conn, conn->failed || conn->close == CLOSE_TIMEOUT, &fact))
		TO_SINKS(p, connection, &fact);
	remark(p, time_ns, conn, AT_CLOSE);
}

static void on_stalled(void *arg, int64_t time_ns, const struct conn *conn)
{
	conclude(arg, time_ns, conn);
}

static void enrich(void *arg, struct process *process)
{
	struct pipeline *p = arg;

	if (p->origin.enrich)
		p->origin.enrich(p->origin.arg, process);
}

void pipeline_event(void *pipeline, const void *event, size_t bytes)
{
	track_event(((struct pipeline *)pipeline)->track, event, bytes);
}

void pipeline_clock(struct pipeline *p, int64_t wall_offset_ns, int64_t time_ns)
{
	p->origin.wall_offset_ns = wall_offset_ns;
	track_clock(p->track, wall_offset_ns, time_ns);
}

void pipeline_tick(struct pipeline *p, int64_t time_ns)
{
	track_tick(p->track, time_ns);
}

void pipeline_give_up(struct pipeline *p, int64_t time_ns)
{
	track_give_up(p->track, time_ns + p->origin.wall_offset_ns);
}

void pipeline_lost(struct pipeline *p, uint64_t events, uint64_t gaps, int64_t time_ns)
{
	if (events != p->stats.lost[LOST_RING_FULL])
		track_lost(p->track, time_ns);
	p->stats.lost[LOST_RING_FULL] = events;
	p->stats.lost[LOST_GAP] = gaps;
}

bool pipeline_full(const struct pipeline *p)
{
	return p->options->count && p->sequence >= p->options->count;
}

size_t pipeline_open_connections(const struct pipeline *p)
{
	return track_open(p->track);
}

bool pipeline_flush(struct pipeline *p)
{
	bool printed, heard = outputs_flush(&p->outputs, &printed);

	p->stats.lost[LOST_OUTPUT] = p->outputs.lost;
	if (p->state)
		state_tick(p->state, clock_ns(CLOCK_MONOTONIC));
	if (p->outputs.status_line)
		pipeline_status(p, printed);
	return heard;
}

struct pipeline *pipeline_open(const struct options *options, const struct origin *origin)
{
	struct pipeline *p = calloc(1, sizeof(*p));
	struct track_out out = {
		.arg = p, .handshake = on_handshake, .alert = on_alert, .record = on_record,
		.connection = on_connection, .enrich = enrich,
		.stalled = on_stalled, .error = on_error, .library = origin->library ? library : NULL,
		.io = on_io, .probed = pipeline_probed, .sealed = pipeline_sealed,
		.message = options->records ? on_message : NULL, .keylog = origin->keylog,
		.data_bytes = origin->keylog ? options->data_bytes : 0,
		.fingerprints = options->json || options->json_file,
	};

	if (options->keylog_out)
		out.secret = on_secret;
	if (p) {
		p->options = options;
		p->origin = *origin;
		p->history = out.history = history_new(HISTORY_SESSIONS, HISTORY_PAIRS);
		p->track = track_new(&out, origin->wall_offset_ns);
	}
	if (!p || !p->track || !p->history) {
		fprintf(stderr, "tlstrace: %s\n", strerror(ENOMEM));
		free(p);
		return NULL;
	}
	if (options->state)
		p->state = state_open(options->state, p->history, options->verbose);
	if ((p->state || !options->state) && !outputs_open(&p->outputs, options))
		return p;
	pipeline_close(p, 0);
	return NULL;
}

void pipeline_end(struct pipeline *p, int64_t time_ns)
{
	track_end(p->track, time_ns);
}

int pipeline_close(struct pipeline *p, int status)
{
	const struct options *o = p->options;

	pipeline_flush(p);
	if (p->outputs.status_line && p->status_ns)
		fputs(CLEAR_LINE, stderr);
	if (p->found && o->fail_on && p->worst >= o->fail_on - 1)
		status = 4;
	else if (!status)
		status = p->outputs.broken[0] || p->outputs.broken[1];
	if (!state_close(p->state) && !status)
		status = 1;
	outputs_close(&p->outputs);
	track_free(p->track);
	history_free(p->history);
	free(p);
	return status;
}
