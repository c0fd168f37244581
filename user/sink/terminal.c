/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * terminal.c - one line an event. What belongs to a failure that a finding explains is left to
 * the finding's block, and the other end on this host says only what is new.
 */
#include <string.h>

#include "model/names.h"
#include "model/roles.h"
#include "model/words.h"
#include "sink/sink.h"
#include "sink/terminal_parts.h"
#include "util/columns.h"
#include "util/text.h"

/* "the client does not trust the issuer of the server's certificate" */
static void say_alert(FILE *out, uint8_t description, enum tls_role sender)
{
	const char *words = alert_words(description);
	const char *other = terminal_side(sender == ROLE_CLIENT ? ROLE_SERVER : ROLE_CLIENT);

	if (!words)
		return;
	fprintf(out, sender == ROLE_UNKNOWN ? "%s " : "the %s ", terminal_side(sender));
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
	const struct alert *why = &c->last_alert;

	if (why->time_ns && why->readable && why->level == 2 && !why->peer_gone) {
		say_alert(out, why->description, why->sender);
		return;
	}
	for (int i = c->alert_count - 1; i >= 0; i--)
		if (c->alerts[i].level == 2 &&
		    !(c->last_alert.peer_gone && c->last_alert.description == c->alerts[i].description)) {
			say_alert(out, c->alerts[i].description, c->alerts[i].sender);
			return;
		}
	if (c->close == CLOSE_RESET)
		fprintf(out, "the %s reset the connection after %s, without an alert",
			terminal_side(c->close_by), last);
	else if (c->close == CLOSE_FIN || c->close == CLOSE_NOTIFY)
		fprintf(out, "the %s closed the connection after %s, without a readable alert",
			terminal_side(c->close_by), last);
	else if (c->close == CLOSE_TIMEOUT)
		fprintf(out, "the connection timed out after %s", last);
	else
		fputs("an alert that only its receiver can read ended it", out);
}

/* A handshake that fails: what is told of that says all. */
static bool leads_to_failure(const struct fact *fact)
{
	const struct conn *c = fact->conn;

	return !fact->last && !c->established && (c->client.seen || c->server.seen);
}

/* What the wire or the library knows of a certificate that the program may yet refuse. */
static void say_let_pass(FILE *out, const struct conn *c, bool other_told)
{
	bool none_sent = c->client_certificate_requested && !c->client_certificate_sent &&
			 strchr(c->history, 'X');

	if (none_sent && !other_told)
		fputs(", client certificate asked for, none sent", out);
	if (c->established && c->verdict.result && c->role != ROLE_UNKNOWN)
		fprintf(out, ", the %s's certificate does not verify: %s (%d)",
			terminal_side(c->role == ROLE_SERVER ? ROLE_CLIENT : ROLE_SERVER),
			c->verdict.text, c->verdict.result);
}

static void succeeded(struct sink *s, const struct fact *fact)
{
	const struct conn *c = fact->conn;
	const struct told *other;
	struct told *own = told_by(c, &other);
	struct line line;

	own->established = c->established;
	if (other && other->established && c->established) {
		line_begin(&line, s, fact, c->verdict.result ? YELLOW : DIM);
		terminal_other_end(line.text, other);
		say_let_pass(line.text, c, true);
		line_end(&line);
		return;
	}
	line_begin(&line, s, fact, c->established && c->verdict.result ? YELLOW : "");
	if (c->server.seen)
		terminal_suite(line.text, c);
	if (!c->established) {
		fprintf(line.text, "%sunfinished after %s", c->server.seen ? " " : "", c->history);
	} else {
		fputs_unlocked(c->resumed ? " resumed " : " full ", line.text);
		terminal_tenths(line.text, c->established_at_ns - c->client_hello_ns, 1000000);
		fputs_unlocked(" ms", line.text);
	}
	say_let_pass(line.text, c, false);
	line_end(&line);
}

/* That it stalled was told; how it ended then is said once, by one of two ends. */
static bool end_is_told(const struct conn *c)
{
	const struct told *other;
	struct told *own = told_by(c, &other);

	own->over = true;
	return c->stalled && own->broken && other && other->over;
}

static void handshake(struct sink *s, const struct fact *fact)
{
	const struct conn *c = fact->conn;
	struct line line;

	if (!c->failed) {
		succeeded(s, fact);
		return;
	}
	if (fact->explained || end_is_told(c))
		return;
	line_begin(&line, s, fact, RED);
	fputs(c->stalled ? "GIVEN UP: " : "FAILED: ", line.text);
	say_failure(line.text, c);
	if (c->server.seen) {
		fputs(" (", line.text);
		terminal_suite(line.text, c);
		putc(')', line.text);
	}
	line_end(&line);
}

/* The library, or the other end, has just said it. */
static bool said(const struct fact *fact, const struct alert *a, bool fatal)
{
	const struct library_error *e = &fact->conn->error;
	const struct told *other;
	struct told *own = told_by(fact->conn, &other);

	if (fatal)
		own->alert = 1 + a->description;
	return fatal && ((other && other->alert == 1 + a->description) ||
			 (e->library && (a->sent ? e->sends : e->received) == a->description));
}

static void alert(struct sink *s, const struct fact *fact, const struct alert *a)
{
	const char *name = alert_name(a->description);
	bool fatal = a->readable && a->level == 2;
	struct line line;

	/* In all likelihood a close_notify: the line of the close says as much. */
	if ((a->by_size || (a->by_library && a->readable && !a->description)) &&
	    fact->conn->established)
		return;
	if ((leads_to_failure(fact) && (fatal || !a->readable)) || said(fact, a, fatal))
		return;
	s = held_begin(s, fact->conn->id);
	line_begin(&line, s, fact, fatal ? RED : "");
	if (strcmp(fact->source, "pcap"))
		fprintf(line.text, "ALERT %s: ", a->sent ? "sent" : "received");
	else
		fprintf(line.text, "ALERT by the %s: ", terminal_side(a->sender));
	if (a->readable) {
		fprintf(line.text, "%s %s (%u): ", fatal ? "fatal" : "warning",
			name ? name : "unknown", a->description);
		if (a->peer_gone)
			fprintf(line.text, "the %s found that the other end had closed", terminal_side(a->sender));
		else
			say_alert(line.text, a->description, a->sender);
	} else {
		fputs("encrypted", line.text);
	}
	line_end(&line);
	held_end(s);
}

static void error(struct sink *s, const struct fact *fact)
{
	const struct library_error *e = &fact->conn->error;
	const struct told *other;
	struct line line;

	told_by(fact->conn, &other);
	if (leads_to_failure(fact) || (e->received >= 0 && other && other->alert == 1 + e->received))
		return;
	s = held_begin(s, fact->conn->id);
	line_begin(&line, s, fact, RED);
	fprintf(line.text, "ERROR in %s%s%s: ", e->library, *e->version ? " " : "", e->version);
	terminal_text(line.text, *e->text ? e->text : "unknown reason");
	if (!e->unnumbered)
		fprintf(line.text, " (%d)", e->reason);
	if (e->verify_text)
		fprintf(line.text, ": %s (%d)", e->verify_text, e->verify);
	if (e->call)
		fprintf(line.text, " in %s", e->call);
	if (*e->source && e->line) {
		fputs(", ", line.text);
		terminal_text(line.text, e->source);
		fprintf(line.text, ":%u", e->line);
	}
	if (e->guessed)
		fputs(" (possibly of this connection)", line.text);
	line_end(&line);
	held_end(s);
}

static void record(struct sink *s, const struct fact *fact, const struct past_record *r)
{
	const char *type = record_type_name(r->type);
	struct line line;

	line_begin(&line, s, fact, "");
	fprintf(line.text, "record by the %s: %s%s (%u byte%s)", terminal_side(r->sender),
		r->encrypted ? "protected " : "", type ? type : "unknown", r->length,
		r->length == 1 ? "" : "s");
	line_end(&line);
}

static void message(struct sink *s, const struct fact *fact, const struct message *m)
{
	const char *name = handshake_type_name(m->type);
	struct line line;

	line_begin(&line, s, fact, "");
	fprintf(line.text, "message by the %s: %s (%u bytes)%s", terminal_side(m->sender),
		name ? name : "unknown", m->length,
		m->truncated ? ", bytes are missing" : m->malformed ? ", malformed" : "");
	line_end(&line);
}

static void counted(FILE *out, const char *what, uint64_t count)
{
	fprintf(out, "%llu %s%s", (unsigned long long)count, what, count == 1 ? "" : "s");
}

static void stats(struct sink *s, const struct fact *fact, const struct stats *st)
{
	uint64_t lost = 0;

	(void)fact;
	if (st->interim)
		return;
	held_settle(s, true);
	s->last = 0;
	for (int i = 0; i < LOST_CAUSES; i++)
		lost += i == LOST_GAP ? 0 : st->lost[i];
	counted(s->out, "connection", st->connections_total - st->both_ends);
	fputs(" (", s->out);
	if (st->both_ends)
		fprintf(s->out, "%llu seen at both ends, ", (unsigned long long)st->both_ends);
	fprintf(s->out, "%llu not TLS), ", (unsigned long long)st->not_tls);
	counted(s->out, "handshake", st->handshakes - st->both_ends);
	fprintf(s->out, ", %llu failed; lost: %llu events, %llu gaps\n",
		(unsigned long long)(st->failures - st->both_failed), (unsigned long long)lost,
		(unsigned long long)st->lost[LOST_GAP]);
}

#define NARROWEST 40 /* below, to break lines makes nothing readable */

/* The window may have been given another size. */
static void settle(struct sink *s, bool all)
{
	held_settle(s, all);
	s->width = columns_of(s->out);
	if (s->width < NARROWEST)
		s->width = 0;
}

void terminal_sink(struct sink *sink, FILE *out, bool colour, bool brief)
{
	*sink = (struct sink){ .out = out, .colour = colour, .brief = brief, .handshake = handshake,
			       .alert = alert, .record = record, .message = message,
			       .io = terminal_io,
			       .finding = terminal_finding, .error = error, .connection = terminal_connection,
			       .coverage = terminal_coverage, .stats = stats,
			       .settle = settle };
	settle(sink, false);
}
