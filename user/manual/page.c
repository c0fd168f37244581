/* SPDX-License-Identifier: GPL-2.0-only */
/* page.c - tlstrace(8). */
#include <string.h>

#include "cli/table.h"
#include "manual/manual.h"
#include "util/version.h"

#define DATE "2026-11-25" /* of the last change of text.def */

/* Text at the beginning of a line: all hyphens can be pasted, nothing is a request. */
static void text(FILE *out, const char *words)
{
	if (*words == '.' || *words == '\'')
		fputs("\\&", out);
	for (; *words; words++)
		switch (*words) {
		case '\\': fputs("\\e", out); break;
		case '-': fputs("\\-", out); break;
		case '\'': fputs("\\(aq", out); break;
		case '`': fputs("\\(ga", out); break;
		case '^': fputs("\\(ha", out); break;
		case '~': fputs("\\(ti", out); break;
		default: putc(*words, out);
		}
}

static void item(FILE *out, const char *what, const char *words)
{
	fputs(".TP\n.B ", out);
	text(out, what);
	putc('\n', out);
	text(out, words);
	putc('\n', out);
}

static void made_synopsis(FILE *out)
{
	for (enum task i = 0; i < TASKS; i++) {
		const struct command_row *row = command_row(i);

		fprintf(out, "%s.B tlstrace%s%s\n", i ? ".br\n" : "", row->word ? " " : "",
			row->word ? row->word : "");
		text(out, row->follows);
		putc('\n', out);
	}
}

static void made_commands(FILE *out)
{
	for (enum task i = 0; i < TASKS; i++) {
		const struct command_row *row = command_row(i);
		char what[160];

		snprintf(what, sizeof(what), "tlstrace %s%s%s", row->word ? row->word : "", row->word ? " " : "",
			 row->follows);
		item(out, what, row->help);
	}
}

/* "tracing, read": which tasks it goes with, unless it is all. */
static void tasks_of(FILE *out, const struct option_row *row)
{
	bool any = false;

	if (row->tasks == (1u << TASKS) - 1)
		return;
	fputs(".br\nGoes with ", out);
	for (enum task i = 0; i < TASKS; i++) {
		if (!(row->tasks & 1u << i))
			continue;
		fprintf(out, "%s%s", any ? ", " : "", command_row(i)->word ? command_row(i)->word : "tracing");
		any = true;
	}
	fputs(".\n", out);
}

static void made_options(FILE *out)
{
	const struct option_row *row;
	char what[80];

	for (size_t i = 0; (row = option_row(i)); i++) {
		if (row->id) {
			option_synopsis(row, what, sizeof(what));
			item(out, what, row->help);
			tasks_of(out, row);
		} else if (row->help) {
			fputs(".SS ", out);
			text(out, row->help);
			putc('\n', out);
		}
	}
}

static void made_findings(FILE *out)
{
#define FINDING(code, meaning, check) item(out, code, meaning);
#include "knowledge/findings.def"
#undef FINDING
}

static void made_alerts(FILE *out)
{
	char what[64];

#define ALERT(number, name, meaning, ...)                           \
	snprintf(what, sizeof(what), "%s (%d)", name, number);      \
	item(out, what, meaning);
#include "knowledge/alerts.def"
#undef ALERT
}

/* Right under its title a paragraph needs no sign. */
static void paragraph(FILE *out, bool *first, const char *words)
{
	fputs(*first ? "" : ".PP\n", out);
	*first = false;
	text(out, words);
	putc('\n', out);
}

static void example(FILE *out, bool *first, const char *command, const char *words)
{
	paragraph(out, first, words);
	fputs(".PP\n.in +4n\n.nf\n", out);
	text(out, command);
	fputs("\n.fi\n.in\n", out);
}

void manual_page(FILE *out)
{
	bool first;

	fprintf(out, ".\\\" Made from the options' table by \"tlstrace generate man\".\n"
		     ".TH TLSTRACE 8 %s \"tlstrace %s\" \"System Administration\"\n"
		     ".nh\n.SH NAME\ntlstrace \\- tell why TLS handshakes fail, who said so, and for which process\n"
		     ".SH SYNOPSIS\n",
		DATE, TLSTRACE_VERSION);
	made_synopsis(out);
#define SECTION(title) first = fprintf(out, ".SH %s\n", title) > 0;
#define TEXT(words) paragraph(out, &first, words);
#define ITEM(what, words) item(out, what, words);
#define EXAMPLE(command, words) example(out, &first, command, words);
#define MADE(function) function(out);
#include "manual/text.def"
}
