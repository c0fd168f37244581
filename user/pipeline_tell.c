/* SPDX-License-Identifier: GPL-2.0-only */
/* pipeline_tell.c - what the tracker says, judged, filtered and given to the sinks. */
#include <fnmatch.h>

#include "diagnose/diagnose.h"
#include "pipeline_state.h"
#include "sink/keylog_out.h"

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

struct track_out pipeline_out(struct pipeline *p)
{
	const struct options *o = p->options;

	return (struct track_out){
		.arg = p, .handshake = on_handshake, .alert = on_alert, .record = on_record,
		.connection = on_connection, .enrich = enrich,
		.stalled = on_stalled, .error = on_error, .library = p->origin.library ? library : NULL,
		.io = on_io, .probed = pipeline_probed, .sealed = pipeline_sealed,
		.message = o->records ? on_message : NULL, .keylog = p->origin.keylog,
		.data_bytes = p->origin.keylog ? o->data_bytes : 0,
		.fingerprints = o->json || o->json_file,
		.secret = o->keylog_out ? on_secret : NULL,
	};
}
