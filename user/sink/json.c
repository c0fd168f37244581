/* SPDX-License-Identifier: GPL-2.0-only */
/* json.c - NDJSON: one function an action; envelope_json.c has what all share, tls_json.c tls.*. */
#include <string.h>

#include "model/roles.h"
#include "sink/community_id.h"
#include "sink/coverage_json.h"
#include "sink/envelope_json.h"
#include "sink/sink.h"
#include "sink/tls_json.h"
#include "util/json.h"
#include "util/version.h"

static void begin(struct json *j, struct sink *sink, const struct fact *fact, const char *action)
{
	json_begin(j, sink->out);
	json_open(j, NULL, '{');
	json_time(j, "@timestamp", fact->time_ns);
	json_open(j, "event", '{');
	json_text(j, "action", action);
	json_int(j, "sequence", fact->sequence);
	if (!strcmp(action, "tls-connection") && fact->conn->closed_ns >= fact->conn->first_ns)
		json_int(j, "duration", fact->conn->closed_ns - fact->conn->first_ns);
	json_close(j, '}');
	json_host(j);
	if (!fact->conn)
		return;
	json_endpoint(j, "client", client_of(fact->conn), NULL);
	json_endpoint(j, "server", server_of(fact->conn), fact->conn->client.server_name);
	json_open(j, "network", '{');
	community_id(j, fact->conn);
	json_text(j, "type", is_ipv4(&fact->conn->remote) ? "ipv4" : "ipv6");
	json_text(j, "transport", "tcp");
	json_close(j, '}');
	json_process(j, fact->conn);
}

/* A capture may be anybody's: neither end is ours, no process is known. */
static bool has_local_end(const struct fact *fact)
{
	return strcmp(fact->source, "pcap") != 0;
}

static void begin_tlstrace(struct json *j, const struct fact *fact)
{
	const struct conn *c = fact->conn;
	char id[24];

	json_open(j, "tlstrace", '{');
	json_int(j, "schema", 1);
	json_text(j, "version", TLSTRACE_VERSION);
	json_text(j, "source", fact->source);
	if (!c)
		return;
	snprintf(id, sizeof(id), "%llu", (unsigned long long)c->id);
	json_text(j, "connection", id);
	if (!has_local_end(fact))
		return;
	if (role_name(c->role))
		json_text(j, "role", role_name(c->role));
	json_text(j, "attribution", c->attribution);
	if (!fact->tried)
		return;
	json_open(j, "check", '{');
	json_text(j, "tried", fact->tried);
	json_close(j, '}');
}

static void end(struct json *j, const struct fact *fact)
{
	begin_tlstrace(j, fact);
	json_close(j, '}');
	json_close(j, '}');
	json_end(j, "\n");
}

static void begin_tls(struct json *j, struct sink *sink, const struct fact *fact, const char *action)
{
	begin(j, sink, fact, action);
	json_open(j, "tls", '{');
}

static void end_tls(struct json *j, const struct fact *fact)
{
	json_close(j, '}');
	end(j, fact);
}

static void handshake(struct sink *sink, const struct fact *fact)
{
	struct json j;

	begin_tls(&j, sink, fact, "tls-handshake");
	tls_json_handshake(&j, fact->conn);
	end_tls(&j, fact);
}

static void alert(struct sink *sink, const struct fact *fact, const struct alert *a)
{
	struct json j;

	begin_tls(&j, sink, fact, "tls-alert");
	tls_json_alert(&j, fact->conn, a, fact->time_ns, has_local_end(fact));
	end_tls(&j, fact);
}

static void record(struct sink *sink, const struct fact *fact, const struct past_record *r)
{
	struct json j;

	begin_tls(&j, sink, fact, "tls-record");
	tls_json_record(&j, "record", r);
	json_close(&j, '}');
	end_tls(&j, fact);
}

static void message(struct sink *sink, const struct fact *fact, const struct message *m)
{
	struct json j;

	begin_tls(&j, sink, fact, "tls-message");
	tls_json_message(&j, m, has_local_end(fact));
	end_tls(&j, fact);
}

static void io(struct sink *sink, const struct fact *fact, const struct io_call *call)
{
	struct json j;

	begin_tls(&j, sink, fact, "tls-io");
	tls_json_io(&j, call, sink->hex);
	end_tls(&j, fact);
}

static void finding(struct sink *sink, const struct fact *fact, const struct finding *f)
{
	struct json j;

	begin_tls(&j, sink, fact, "tls-finding");
	tls_json_finding(&j, f);
	end_tls(&j, fact);
}

static void error(struct sink *sink, const struct fact *fact)
{
	struct json j;

	begin_tls(&j, sink, fact, "tls-error");
	tls_json_error(&j, &fact->conn->error);
	end_tls(&j, fact);
}

static void connection(struct sink *sink, const struct fact *fact)
{
	struct json j;

	begin_tls(&j, sink, fact, "tls-connection");
	tls_json_handshake(&j, fact->conn);
	tls_json_connection(&j, fact->conn);
	end_tls(&j, fact);
}

static void coverage(struct sink *sink, const struct fact *fact, const struct coverage *c)
{
	struct json j;

	begin(&j, sink, fact, "tlstrace-coverage");
	json_coverage_process(&j, c);
	begin_tlstrace(&j, fact);
	json_coverage(&j, c);
	json_close(&j, '}');
	json_close(&j, '}');
	json_end(&j, "\n");
}

static void stats(struct sink *sink, const struct fact *fact, const struct stats *s)
{
	static const char *const causes[LOST_CAUSES] = { "ring_full", "map_full", "evicted",
							 "truncated", "gap", "output",
							 "prog_missed" };
	struct json j;

	begin(&j, sink, fact, "tlstrace-stats");
	begin_tlstrace(&j, fact);
	json_open(&j, "stats", '{');
	json_int(&j, "events", s->events);
	json_int(&j, "emitted", s->emitted);
	json_int(&j, "filtered", s->filtered);
	json_open(&j, "dropped", '{');
	for (int i = 0; i < LOST_CAUSES; i++)
		json_int(&j, causes[i], s->lost[i]);
	json_close(&j, '}');
	json_open(&j, "connections", '{');
	json_int(&j, "open", s->connections_open);
	json_int(&j, "total", s->connections_total);
	json_int(&j, "not_tls", s->not_tls);
	json_int(&j, "both_ends", s->both_ends);
	json_close(&j, '}');
	json_open(&j, "history", '{');
	json_int(&j, "evicted", s->history_evicted);
	json_close(&j, '}');
	json_probes(&j, s);
	json_int(&j, "rss_bytes", s->rss_bytes);
	json_close(&j, '}');
	json_close(&j, '}');
	json_close(&j, '}');
	json_end(&j, "\n");
}

void json_sink(struct sink *sink, FILE *out)
{
	*sink = (struct sink){ .out = out, .handshake = handshake, .alert = alert, .record = record, .message = message, .io = io,
			       .finding = finding, .error = error, .connection = connection, .coverage = coverage,
			       .stats = stats };
}
