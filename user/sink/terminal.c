/* SPDX-License-Identifier: GPL-2.0-only */
/* terminal.c - one line an event; a fatal alert shows what led to it. */
#include <string.h>
#include <time.h>

#include "model/names.h"
#include "model/roles.h"
#include "sink/sink.h"
#include "util/json.h"

#define RED "\033[1;31m"
#define PLAIN "\033[0m"

static void prefix(struct sink *s, const struct fact *fact, bool bad)
{
	time_t seconds = fact->time_ns / 1000000000;
	const struct conn *c = fact->conn;
	char text[16], client[ADDRESS_TEXT], server[ADDRESS_TEXT];
	struct tm tm;

	localtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%H:%M:%S", &tm);
	address_text(client_of(c), client);
	address_text(server_of(c), server);
	if (bad && s->colour)
		fputs(RED, s->out);
	fprintf(s->out, "%s.%03d ", text, (int)(fact->time_ns / 1000000 % 1000));
	terminal_text(s->out, c->process->pid ? c->process->comm : "?");
	fprintf(s->out, "[%u] %s:%u -> %s:%u ", c->process->pid, client, client_of(c)->port, server,
		server_of(c)->port);
	terminal_text(s->out, *c->client.server_name ? c->client.server_name : "-");
	putc(' ', s->out);
}

static void end_line(struct sink *s, bool bad)
{
	fputs(bad && s->colour ? PLAIN "\n" : "\n", s->out);
}

static void handshake(struct sink *s, const struct fact *fact)
{
	const struct conn *c = fact->conn;
	const char *cipher = cipher_name(c->server.cipher), *version = version_name(c->server.version);

	prefix(s, fact, c->failed);
	if (c->server.seen)
		fprintf(s->out, "TLS %s %s ", version ? version : "?", cipher ? cipher : "?");
	if (!c->established)
		fprintf(s->out, "handshake %s after %s",
			c->failed ? "FAILED" : "unfinished", *c->history ? c->history : "nothing");
	else
		fprintf(s->out, "%s %.1f ms", c->resumed ? "resumed" : "full",
			(double)(c->established_at_ns - c->client_hello_ns) / 1e6);
	end_line(s, c->failed);
}

static void ladder(struct sink *s, const struct alert *a, int64_t time_ns)
{
	for (int i = 0; i < a->after_count; i++) {
		const struct past_record *r = &a->after[i];
		const char *type = record_type_name(r->type);

		fprintf(s->out, "    %9.3f ms  %s  %s", (double)(r->time_ns - time_ns) / 1e6,
			r->sender == ROLE_CLIENT ? "client -->       " : "       <-- server",
			r->encrypted ? "protected " : "");
		fputs(type ? type : "unknown", s->out);
		for (int m = 0; m < r->message_count; m++) {
			const char *name = handshake_type_name(r->messages[m]);

			fprintf(s->out, "%s%s", m ? ", " : ": ", name ? name : "unknown");
		}
		fprintf(s->out, " (%u bytes)\n", r->length);
	}
}

static void alert(struct sink *s, const struct fact *fact, const struct alert *a)
{
	const char *name = alert_name(a->description), *who = role_name(a->sender);
	bool fatal = a->readable && a->level == 2;

	prefix(s, fact, fatal);
	fprintf(s->out, "ALERT by the %s: ", who ? who : a->sent ? "local end" : "peer");
	if (a->readable)
		fprintf(s->out, "%s %s (%u)", fatal ? "fatal" : "warning", name ? name : "unknown",
			a->description);
	else
		fputs("encrypted", s->out);
	end_line(s, fatal);
	if (fatal)
		ladder(s, a, fact->time_ns);
}

static void record(struct sink *s, const struct fact *fact, const struct past_record *r)
{
	const char *type = record_type_name(r->type), *who = role_name(r->sender);

	prefix(s, fact, false);
	fprintf(s->out, "record by the %s: %s%s (%u bytes)\n", who ? who : "?",
		r->encrypted ? "protected " : "", type ? type : "unknown", r->length);
}

static void connection(struct sink *s, const struct fact *fact)
{
	static const char *const closes[] = { "still open", "closed with close_notify",
					      "closed by FIN alone", "reset", "timed out" };
	const struct conn *c = fact->conn;
	const char *by = role_name(c->close_by);

	prefix(s, fact, false);
	fprintf(s->out, "%s%s%s, %llu + %llu bytes, %.1f s", closes[c->close],
		by ? " by the " : "", by ? by : "",
		(unsigned long long)c->totals[0].bytes, (unsigned long long)c->totals[1].bytes,
		(double)(c->closed_ns - c->first_ns) / 1e9);
	end_line(s, false);
}

static void stats(struct sink *s, const struct fact *fact, const struct stats *st)
{
	(void)fact;
	fprintf(s->out,
		"%llu connections (%llu not TLS), %llu handshakes, %llu failed; lost: %llu events, "
		"%llu gaps\n",
		(unsigned long long)st->connections_total, (unsigned long long)st->not_tls,
		(unsigned long long)st->handshakes, (unsigned long long)st->failures,
		(unsigned long long)(st->lost[LOST_RING_FULL] + st->lost[LOST_MAP_FULL]),
		(unsigned long long)st->lost[LOST_GAP]);
}

void terminal_sink(struct sink *sink, FILE *out, int colour)
{
	*sink = (struct sink){ .out = out, .colour = colour, .handshake = handshake,
			       .alert = alert, .record = record, .connection = connection,
			       .stats = stats };
}
