/* SPDX-License-Identifier: GPL-2.0-only */
#include "sink/terminal_parts.h"

#include <string.h>
#include <time.h>

#include "util/json.h"

/* Printed many times a second: the text of the second is kept. */
void terminal_clock(FILE *out, int64_t time_ns)
{
	static time_t known = -1;
	static char text[16];
	time_t seconds = time_ns / 1000000000;
	struct tm tm;

	if (seconds != known) {
		localtime_r(&seconds, &tm);
		strftime(text, sizeof(text), "%H:%M:%S", &tm);
		known = seconds;
	}
	fprintf(out, "%s.%03d ", text, (int)(time_ns / 1000000 % 1000));
}

static void sentences(FILE *out, const char *lead, const struct sentences *list)
{
	for (int i = 0; i < list->count; i++) {
		fprintf(out, "    %-9s", lead);
		terminal_text(out, list->text[i]);
		putc('\n', out);
	}
}

void terminal_finding(struct sink *s, const struct fact *fact, const struct finding *f)
{
	bool red = s->colour && f->severity == SEVERITY_ERROR;

	(void)fact;
	fprintf(s->out, "    %s%s%s (%s): ", red ? RED : "", f->code, red ? PLAIN : "",
		confidence_name(f->confidence));
	terminal_text(s->out, f->title);
	putc('\n', s->out);
	if (s->brief || f->severity != SEVERITY_ERROR)
		return; /* a word beside what works takes one line */
	sentences(s->out, "evidence", &f->evidence);
	sentences(s->out, "not", &f->ruled_out);
	sentences(s->out, "next", &f->next_steps);
}

/* Only what takes something away from what is seen. */
void terminal_coverage(struct sink *s, const struct fact *fact, const struct coverage *c)
{
	if (!strcmp(c->state, "probed"))
		return;
	terminal_clock(s->out, fact->time_ns);
	fprintf(s->out, "%s: ", c->state);
	terminal_text(s->out, c->pid ? c->comm : c->path ? c->path : "?");
	if (c->pid)
		fprintf(s->out, "[%u]", c->pid);
	if (c->library)
		fprintf(s->out, ", %s %s", c->library, c->version);
	if (c->calls_per_s > 0)
		fprintf(s->out, ", %.0f calls/s, %.1f %% of the machine", c->calls_per_s, 100 * c->cost);
	fprintf(s->out, "%s%s\n", c->reason ? ": " : "", c->reason ? c->reason : "");
}

static void hex_line(FILE *out, const uint8_t *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%02x", bytes[i]);
}

void terminal_io(struct sink *s, const struct io_call *io)
{
	fprintf(s->out, "%s: ", io->call);
	if (io->failed && io->error)
		fputs(io->error, s->out);
	else if (io->failed && io->has_code)
		fprintf(s->out, "failed (%d)", io->code);
	else if (io->failed)
		fputs("failed", s->out);
	else
		fprintf(s->out, "%llu", (unsigned long long)io->bytes);
	fprintf(s->out, "%s %llu bytes, %.1f us\n", io->failed ? "," : " of",
		(unsigned long long)io->asked_bytes, (double)io->took_ns / 1e3);
	if (!io->data_bytes)
		return;
	fputs("    data     ", s->out);
	(s->hex ? hex_line : terminal_bytes)(s->out, io->data, io->data_bytes);
	fputs(io->data_bytes < io->bytes ? "...\n" : "\n", s->out);
}
