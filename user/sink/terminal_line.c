/* SPDX-License-Identifier: GPL-2.0-only */
/* terminal_line.c - lines that fit the terminal; in a pipe they are as long as they are. */
#include <string.h>
#include <time.h>

#include "model/names.h"
#include "model/roles.h"
#include "sink/terminal_parts.h"
#include "util/columns.h"
#include "util/text.h"

#define CLOCK_COLUMNS 13
#define PROCESS_COLUMNS 18
#define FLOW_COLUMNS 38
#define NAME_COLUMNS 14
#define ALIGNED_WIDTH 140 /* from here on, and in a pipe, there is room for columns */
#define LABEL_INDENT 4
#define LABEL_COLUMNS 10

/* Printed many times a second: the text of the second is kept. */
void terminal_clock(FILE *out, int64_t time_ns)
{
	static time_t known = -1;
	static char text[] = "00:00:00.000 ";
	int milliseconds = (int)(time_ns / 1000000 % 1000);
	time_t seconds = time_ns / 1000000000;
	struct tm tm;

	if (seconds != known) {
		localtime_r(&seconds, &tm);
		strftime(text, sizeof(text), "%H:%M:%S", &tm);
		text[8] = '.';
		known = seconds;
	}
	for (int i = 11; i > 8; i--, milliseconds /= 10)
		text[i] = (char)('0' + (milliseconds < 0 ? 0 : milliseconds) % 10);
	fwrite_unlocked(text, 1, sizeof(text) - 1, out);
}

const char *terminal_colour(const struct sink *s, const char *colour)
{
	return s->colour ? colour : "";
}

const char *terminal_side(enum tls_role role)
{
	const char *name = role_name(role);

	return name ? name : "one end";
}

int terminal_endpoint(FILE *out, const struct endpoint *e)
{
	char text[ENDPOINT_TEXT];
	size_t bytes = endpoint_text(e, text);

	fwrite_unlocked(text, 1, bytes, out);
	return (int)bytes;
}

void terminal_number(FILE *out, uint64_t value)
{
	char text[20], *digit = text + sizeof(text);

	do
		*--digit = (char)('0' + value % 10);
	while (value /= 10);
	fwrite_unlocked(digit, 1, (size_t)(text + sizeof(text) - digit), out);
}

void terminal_tenths(FILE *out, int64_t value, int64_t unit)
{
	uint64_t tenths = ((uint64_t)(value < 0 ? -value : value) + (uint64_t)unit / 20) / ((uint64_t)unit / 10);

	if (value < 0 && tenths)
		putc_unlocked('-', out);
	terminal_number(out, tenths / 10);
	putc_unlocked('.', out);
	putc_unlocked((int)('0' + tenths % 10), out);
}

void terminal_suite(FILE *out, const struct conn *c)
{
	const char *cipher = cipher_name(c->server.cipher);
	const char *version = version_name(c->server.version);

	if (!version || strncmp(version, "ssl", 3))
		fputs_unlocked("TLS ", out);
	fputs_unlocked(version ? version : "?", out);
	putc_unlocked(' ', out);
	fputs_unlocked(cipher ? cipher : "unknown suite", out);
}

bool terminal_is_last(const struct sink *s, const struct conn *conn)
{
	return s->last == conn->id;
}

/* Spaces up to the next column; one at least. */
static int gap(int used, int columns)
{
	return used < columns ? columns - used + 1 : 1;
}

static int pad(FILE *out, int used, int columns)
{
	int count = gap(used, columns);

	for (int i = 0; i < count; i++)
		putc_unlocked(' ', out);
	return used + count;
}

static int process(FILE *out, const struct fact *fact, int columns)
{
	const struct process *p = fact->conn->process;
	int used;

	if (!p->pid)
		return strcmp(fact->source, "live") ? 0 : pad(out, fprintf(out, "?"), columns);
	used = terminal_text(out, p->comm);
	return pad(out, used + fprintf(out, "[%u]", p->pid), columns);
}

static void text_begin(struct line *line)
{
	line->bytes[0] = 0;
	line->text = line->sink->width ? fmemopen(line->bytes, sizeof(line->bytes), "w") : NULL;
	if (!line->text)
		line->text = line->sink->out;
}

void line_plain(struct line *line, struct sink *s, int64_t time_ns, const char *colour)
{
	line->sink = s;
	line->colour = terminal_colour(s, colour);
	fputs(line->colour, s->out);
	terminal_clock(s->out, time_ns);
	line->used = CLOCK_COLUMNS;
	line->gap = 0;
	s->last = 0;
	text_begin(line);
}

void line_begin(struct line *line, struct sink *s, const struct fact *fact, const char *colour)
{
	const struct conn *c = fact->conn;
	const char *name = c->client.server_name;
	int width = s->width, used;
	bool aligned = !width || width >= ALIGNED_WIDTH;

	line_plain(line, s, fact->time_ns, colour);
	line->used += process(s->out, fact, aligned ? PROCESS_COLUMNS : 0);
	used = terminal_endpoint(s->out, client_of(c));
	used += 4;
	fputs_unlocked(" -> ", s->out);
	used += terminal_endpoint(s->out, server_of(c));
	if (*name || aligned) {
		line->used += pad(s->out, used, aligned ? FLOW_COLUMNS : 0);
		used = terminal_text(s->out, *name ? name : "-");
	}
	line->gap = gap(used, !aligned ? 0 : NAME_COLUMNS);
	line->used += used + line->gap;
	if (line->text == s->out)
		pad(s->out, 0, line->gap - 1);
	s->last = c->id;
}

void line_end(struct line *line)
{
	FILE *out = line->sink->out;
	int width = line->sink->width, at = line->used;

	if (line->text != out) {
		fclose(line->text);
		if (at > CLOCK_COLUMNS && at + columns_used(line->bytes) > width) {
			fprintf(out, "\n%*s", CLOCK_COLUMNS, "");
			at = CLOCK_COLUMNS;
		} else {
			fprintf(out, "%*s", line->gap, "");
		}
		columns_wrap(out, line->bytes, at, CLOCK_COLUMNS, width);
	}
	fputs_unlocked(*line->colour ? PLAIN : "", out);
	putc_unlocked('\n', out);
}

void terminal_labelled(struct sink *s, const char *label, const char *text, const char *colour)
{
	int indent = LABEL_INDENT + LABEL_COLUMNS;
	char safe[LINE_BYTES] = "";
	FILE *memory = fmemopen(safe, sizeof(safe), "w");

	if (!memory)
		return;
	terminal_text(memory, text);
	fclose(memory);
	colour = terminal_colour(s, colour);
	fprintf(s->out, "%*s%-*s%s", LABEL_INDENT, "", LABEL_COLUMNS, label, colour);
	columns_wrap(s->out, safe, indent, indent, s->width);
	fprintf(s->out, "%s\n", *colour ? PLAIN : "");
}
