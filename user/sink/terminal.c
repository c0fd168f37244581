/* SPDX-License-Identifier: GPL-2.0-only */
/* terminal.c - one line an event; a fatal alert shows what led to it. */
#include <string.h>

#include "model/names.h"
#include "model/roles.h"
#include "model/words.h"
#include "sink/sink.h"
#include "sink/terminal_parts.h"
#include "util/json.h"

#define PROCESS_COLUMNS 20
#define FLOW_COLUMNS 42
#define NAME_COLUMNS 18

static void pad(FILE *out, int used, int columns)
{
	fprintf(out, "%*s", used < columns ? columns - used + 1 : 1, "");
}

static int endpoint(FILE *out, const struct endpoint *e)
{
	char text[ADDRESS_TEXT];

	address_text(e, text);
	return fprintf(out, is_ipv4(e) ? "%s:%u" : "[%s]:%u", text, e->port);
}

static void prefix(struct sink *s, const struct fact *fact, bool bad)
{
	const struct conn *c = fact->conn;
	const char *name = c->client.server_name;
	int used;

	if (bad && s->colour)
		fputs(RED, s->out);
	terminal_clock(s->out, fact->time_ns);
	if (c->process->pid) {
		used = terminal_text(s->out, c->process->comm);
		pad(s->out, used + fprintf(s->out, "[%u]", c->process->pid), PROCESS_COLUMNS);
	} else if (!strcmp(fact->source, "live")) {
		pad(s->out, fprintf(s->out, "?"), PROCESS_COLUMNS);
	}
	used = endpoint(s->out, client_of(c));
	used += fprintf(s->out, " -> ");
	pad(s->out, used + endpoint(s->out, server_of(c)), FLOW_COLUMNS);
	pad(s->out, terminal_text(s->out, *name ? name : "-"), NAME_COLUMNS);
}

static void end_line(struct sink *s, bool bad)
{
	fputs(bad && s->colour ? PLAIN "\n" : "\n", s->out);
}

static void suite(FILE *out, const struct conn *c)
{
	const char *cipher = cipher_name(c->server.cipher);
	const char *version = version_name(c->server.version);

	fprintf(out, !strncmp(version ? version : "", "ssl", 3) ? "%s " : "TLS %s ",
		version ? version : "?");
	fputs(cipher ? cipher : "unknown suite", out);
}

static const char *side(enum tls_role role)
{
	return role == ROLE_CLIENT ? "client" : role == ROLE_SERVER ? "server" : "one end";
}

/* "the client does not trust the issuer of the server's certificate" */
static void say_alert(FILE *out, uint8_t description, enum tls_role sender)
{
	const char *words = alert_words(description);
	const char *other = side(sender == ROLE_CLIENT ? ROLE_SERVER : ROLE_CLIENT);

	if (!words)
		return;
	fprintf(out, sender == ROLE_UNKNOWN ? "%s " : "the %s ", side(sender));
	for (; *words; words++)
		if (*words == '@')
			fputs(other, out);
		else
			putc(*words, out);
}

/* Why it failed, in the last words that anyone said. */
static void say_failure(FILE *out, const struct conn *c)
{
	const char *last = c->server.seen ? "the ServerHello" : "the ClientHello";

	for (int i = c->alert_count - 1; i >= 0; i--)
		if (c->alerts[i].level == 2) {
			say_alert(out, c->alerts[i].description, c->alerts[i].sender);
			return;
		}
	if (c->close == CLOSE_RESET)
		fprintf(out, "the %s reset the connection after %s, without an alert",
			side(c->close_by), last);
	else if (c->close == CLOSE_FIN || c->close == CLOSE_NOTIFY)
		fprintf(out, "the %s closed the connection after %s, without a readable alert",
			side(c->close_by), last);
	else if (c->close == CLOSE_TIMEOUT)
		fprintf(out, "the connection timed out after %s", last);
	else
		fputs("an alert that only its receiver can read ended it", out);
}

static void handshake(struct sink *s, const struct fact *fact)
{
	const struct conn *c = fact->conn;

	prefix(s, fact, c->failed);
	if (c->failed) {
		fputs("FAILED: ", s->out);
		say_failure(s->out, c);
		fputs(*c->history ? " (" : "", s->out);
	}
	if (c->server.seen)
		suite(s->out, c);
	if (c->failed)
		fprintf(s->out, "%s%s%s", c->server.seen ? ", " : "", c->history,
			*c->history ? ")" : "");
	else if (!c->established)
		fprintf(s->out, "%sunfinished after %s", c->server.seen ? " " : "", c->history);
	else
		fprintf(s->out, " %s %.1f ms", c->resumed ? "resumed" : "full",
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
		fprintf(s->out, " (%u byte%s)\n", r->length, r->length == 1 ? "" : "s");
	}
	fprintf(s->out, "    %9.3f ms  %s  alert\n", 0.0,
		a->sender == ROLE_CLIENT ? "client -->       " : "       <-- server");
}

static void alert(struct sink *s, const struct fact *fact, const struct alert *a)
{
	const char *name = alert_name(a->description);
	bool fatal = a->readable && a->level == 2;

	/* In all likelihood a close_notify: the line of the close says as much. */
	if (a->by_size && fact->conn->established)
		return;
	prefix(s, fact, fatal);
	if (strcmp(fact->source, "pcap"))
		fprintf(s->out, "ALERT %s: ", a->sent ? "sent" : "received");
	else
		fprintf(s->out, "ALERT by the %s: ", side(a->sender));
	if (a->readable) {
		fprintf(s->out, "%s %s (%u)", fatal ? "fatal" : "warning",
			name ? name : "unknown", a->description);
		/* Before, the line of the failed handshake says it. */
		if (fact->conn->established) {
			fputs(": ", s->out);
			say_alert(s->out, a->description, a->sender);
		}
	} else {
		fputs("encrypted", s->out);
	}
	end_line(s, fatal);
	if (fatal && !s->brief)
		ladder(s, a, fact->time_ns);
}

/* A received alert has its own line. */
static void error(struct sink *s, const struct fact *fact)
{
	const struct library_error *e = &fact->conn->error;

	if (e->received >= 0 && s->brief)
		return;
	prefix(s, fact, true);
	fprintf(s->out, "ERROR in %s%s%s: ", e->library, *e->version ? " " : "", e->version);
	terminal_text(s->out, *e->text ? e->text : "unknown reason");
	fprintf(s->out, " (%d)", e->reason);
	if (e->verify_text)
		fprintf(s->out, ": %s (%d)", e->verify_text, e->verify);
	if (e->call)
		fprintf(s->out, " in %s", e->call);
	if (*e->source && e->line) {
		fputs(", ", s->out);
		terminal_text(s->out, e->source);
		fprintf(s->out, ":%u", e->line);
	}
	if (e->guessed)
		fputs(" (possibly of this connection)", s->out);
	end_line(s, true);
}

static void record(struct sink *s, const struct fact *fact, const struct past_record *r)
{
	const char *type = record_type_name(r->type);

	prefix(s, fact, false);
	fprintf(s->out, "record by the %s: %s%s (%u byte%s)\n", side(r->sender),
		r->encrypted ? "protected " : "", type ? type : "unknown", r->length,
		r->length == 1 ? "" : "s");
}

static void io(struct sink *s, const struct fact *fact, const struct io_call *io)
{
	prefix(s, fact, false);
	terminal_io(s, io);
}

static void message(struct sink *s, const struct fact *fact, const struct message *m)
{
	const char *name = handshake_type_name(m->type);

	prefix(s, fact, false);
	fprintf(s->out, "message by the %s: %s (%u bytes)%s\n", side(m->sender),
		name ? name : "unknown", m->length,
		m->truncated ? ", bytes are missing" : m->malformed ? ", malformed" : "");
}

static void connection(struct sink *s, const struct fact *fact)
{
	static const char *const closes[] = { "still open", "closed with close_notify",
					      "closed without close_notify", "reset",
					      "timed out" };
	const struct conn *c = fact->conn;
	int own = !local_is_client(c);

	prefix(s, fact, false);
	fputs(closes[c->close], s->out);
	if (role_name(c->close_by))
		fprintf(s->out, " by the %s", role_name(c->close_by));
	fprintf(s->out, ", client %llu bytes, server %llu bytes, %.1f s",
		(unsigned long long)c->totals[own].bytes, (unsigned long long)c->totals[!own].bytes,
		(double)(c->closed_ns - c->first_ns) / 1e9);
	if (c->altered)
		fprintf(s->out, "; sent again with other bytes: %u times", c->altered);
	for (int i = 0; i < 2; i++)
		if (c->decryption[i].why)
			fprintf(s->out, "; decryption failed at record %u of the %s: %s",
				c->decryption[i].index, i ? "server" : "client",
				c->decryption[i].why);
	end_line(s, false);
}

static void stats(struct sink *s, const struct fact *fact, const struct stats *st)
{
	uint64_t lost = 0;

	(void)fact;
	for (int i = 0; i < LOST_CAUSES; i++)
		lost += i == LOST_GAP ? 0 : st->lost[i];
	fprintf(s->out,
		"%llu connections (%llu not TLS), %llu handshakes, %llu failed; lost: %llu events, "
		"%llu gaps\n",
		(unsigned long long)st->connections_total, (unsigned long long)st->not_tls,
		(unsigned long long)st->handshakes, (unsigned long long)st->failures,
		(unsigned long long)lost, (unsigned long long)st->lost[LOST_GAP]);
}

void terminal_sink(struct sink *sink, FILE *out, bool colour, bool brief)
{
	*sink = (struct sink){ .out = out, .colour = colour, .brief = brief, .handshake = handshake,
			       .alert = alert, .record = record, .message = message, .io = io,
			       .finding = terminal_finding, .error = error, .connection = connection, .coverage = terminal_coverage, .stats = stats };
}
