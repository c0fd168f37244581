/* SPDX-License-Identifier: GPL-2.0-only */
/* json.c - NDJSON: the envelope and one function an action; tls_json.c has tls.*. */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/roles.h"
#include "sink/community_id.h"
#include "sink/coverage_json.h"
#include "sink/sink.h"
#include "sink/tls_json.h"
#include "util/json.h"
#include "util/version.h"

static void endpoint(struct json *j, const char *key, const struct endpoint *e, const char *name)
{
	char text[ADDRESS_TEXT];

	address_text(e, text);
	json_open(j, key, '{');
	json_text(j, "ip", text);
	json_int(j, "port", e->port);
	if (name && *name)
		json_text(j, "address", name);
	json_close(j, '}');
}

static void process(struct json *j, const struct conn *c)
{
	const struct process *p = c->process;

	if (!p->pid)
		return;
	json_open(j, "process", '{');
	json_int(j, "pid", p->pid);
	json_text(j, "name", p->comm);
	if (*p->executable)
		json_text(j, "executable", p->executable);
	if (*p->command_line)
		json_text(j, "command_line", p->command_line);
	json_open(j, "thread", '{');
	json_int(j, "id", c->thread_id);
	json_close(j, '}');
	json_open(j, "parent", '{');
	json_int(j, "pid", p->ppid);
	json_close(j, '}');
	json_open(j, "user", '{');
	json_int(j, "id", p->uid);
	if (*p->user)
		json_text(j, "name", p->user);
	json_close(j, '}');
	if (p->start_wall_ns)
		json_time(j, "start", p->start_wall_ns);
	json_close(j, '}');
	if (*p->container_id) {
		json_open(j, "container", '{');
		json_text(j, "id", p->container_id);
		if (p->container_runtime && *p->container_runtime)
			json_text(j, "runtime", p->container_runtime);
		json_close(j, '}');
	}
	if (*p->service) {
		json_open(j, "service", '{');
		json_text(j, "name", p->service);
		json_close(j, '}');
	}
}

/* A hash of the machine ID, which machine-id(5) asks not to publish itself. */
static void machine_hash(char id[33])
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	char machine[64] = "";
	FILE *file = fopen("/etc/machine-id", "re");

	if (!file)
		return;
	if (fscanf(file, "%63s", machine) == 1 &&
	    EVP_Digest(machine, strlen(machine), digest, NULL, EVP_sha256(), NULL))
		for (int i = 0; i < 16; i++)
			snprintf(id + 2 * i, 3, "%02x", digest[i]);
	fclose(file);
}

/* Both are read once: they do not change while tracing. */
static void host(struct json *j)
{
	static char name[256], id[33];

	if (!*name) {
		gethostname(name, sizeof(name) - 1);
		machine_hash(id);
	}
	json_open(j, "host", '{');
	if (*name)
		json_text(j, "name", name);
	if (*id)
		json_text(j, "id", id);
	json_close(j, '}');
}

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
	host(j);
	if (!fact->conn)
		return;
	endpoint(j, "client", client_of(fact->conn), NULL);
	endpoint(j, "server", server_of(fact->conn), fact->conn->client.server_name);
	json_open(j, "network", '{');
	community_id(j, fact->conn);
	json_text(j, "type", is_ipv4(&fact->conn->remote) ? "ipv4" : "ipv6");
	json_text(j, "transport", "tcp");
	json_close(j, '}');
	process(j, fact->conn);
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
