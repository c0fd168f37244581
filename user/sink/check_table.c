/* SPDX-License-Identifier: GPL-2.0-only */
#include "sink/check_table.h"

#include <string.h>
#include <time.h>

#include "model/names.h"
#include "sink/terminal_parts.h"
#include "util/text.h"

#define NAMES_SHOWN 4
#define TRIED "%-26s "
#define RESULT "%-16s "
#define TIME "%9s "
#define ALERT "%-24s "

void check_table_head(struct sink *t, const char *what)
{
	terminal_text(t->out, what);
	fprintf(t->out, "\n\n" TRIED RESULT TIME ALERT "%s\n", "tried", "result", "time", "alert", "reason");
}

static void alert_text(const struct check_row *row, char text[64])
{
	const char *name = row->alert < 0 ? NULL : alert_name((uint8_t)row->alert);
	const char *verb = row->alert_sent ? "sent" : "got";

	if (row->alert < 0)
		snprintf(text, 64, "-");
	else if (name)
		snprintf(text, 64, "%s %s", verb, name);
	else
		snprintf(text, 64, "%s %d", verb, row->alert);
}

void check_table_row(struct sink *t, const struct check_row *row)
{
	bool red = t->colour && row->result == CHECK_FAILED;
	char time[24] = "-", alert[64];

	alert_text(row, alert);
	if (row->duration_ns)
		snprintf(time, sizeof(time), "%.1f ms", (double)row->duration_ns / 1e6);
	fprintf(t->out, "%s" TRIED RESULT "%s" TIME ALERT, red ? RED : "", row->tried, row->words,
		red ? PLAIN : "", time, alert);
	terminal_text(t->out, *row->reason ? row->reason : "-");
	putc('\n', t->out);
}

static void date(int64_t seconds, char text[32])
{
	time_t time = seconds;
	struct tm tm;

	if (!gmtime_r(&time, &tm) || !strftime(text, 32, "%Y-%m-%d %H:%M:%S UTC", &tm))
		snprintf(text, 32, "a date out of range");
}

void check_table_describe(const struct certificate *c, char *text, size_t bytes)
{
	char from[32], to[32];
	size_t used;

	snprintf(text, bytes, "%.120s, issued by %.120s", c->subject ? c->subject : "?",
		 c->issuer ? c->issuer : "?");
	used = strlen(text);
	if (c->key_type && c->key_bits)
		used += (size_t)snprintf(text + used, bytes - used, "; %s, %u bits", c->key_type, c->key_bits);
	date(c->not_before_s, from);
	date(c->not_after_s, to);
	if (c->has_not_before && c->has_not_after)
		used += (size_t)snprintf(text + used, bytes - used, "; valid from %s to %s", from, to);
	for (int i = 0; i < c->name_count && i < NAMES_SHOWN; i++)
		used += (size_t)snprintf(text + used, bytes - used, "%s%.80s", i ? ", " : "; for ", c->names[i]);
	if (c->name_count > NAMES_SHOWN)
		snprintf(text + used, bytes - used, " and %d more", c->name_count - NAMES_SHOWN);
}

void check_table_certificate(struct sink *t, const char *text)
{
	fputs("\ncertificate: ", t->out);
	terminal_text(t->out, text);
	putc('\n', t->out);
}

void check_table_finding(struct sink *t, const struct finding *f, const char *rows,
			 bool expected)
{
	bool red = t->colour && f->severity == SEVERITY_ERROR;

	fprintf(t->out, "\n%s%s%s (%s, %s): ", red ? RED : "", f->code, red ? PLAIN : "",
		severity_name(f->severity), confidence_name(f->confidence));
	terminal_text(t->out, f->title);
	if (t->brief || expected)
		fprintf(t->out, " (%s)", rows);
	putc('\n', t->out);
	if (t->brief || expected)
		return;
	terminal_labelled(t, "at", rows, "");
	terminal_reasons(t, f);
}

void check_table_end(struct sink *t, unsigned int errors, unsigned int warnings,
		     unsigned int notes)
{
	fprintf(t->out, "\n%u error%s, %u warning%s, %u note%s\n", errors, errors == 1 ? "" : "s", warnings,
		warnings == 1 ? "" : "s", notes, notes == 1 ? "" : "s");
}
