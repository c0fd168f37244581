/* SPDX-License-Identifier: GPL-2.0-only */
#include "check_report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check/check.h"
#include "output.h"

void check_report_begin(struct check_report *r, const struct options *o)
{
	r->host = o->check.host;
	r->table = !o->quiet && (!o->json || o->json_file);
	r->later = o->verbose;
	terminal_sink(&r->print, stdout, isatty(STDOUT_FILENO) && !getenv("NO_COLOR"), o->brief);
	r->progress = !o->quiet && !o->verbose && isatty(STDERR_FILENO);
}

void check_report_quiet(struct check_report *r)
{
	if (r->progress_shown)
		fputs(CLEAR_LINE, stderr);
	r->progress_shown = false;
}

void check_report_step(struct check_report *r, const struct check_row *row, unsigned int n,
		       unsigned int of)
{
	if (!r->progress)
		return;
	fprintf(stderr, CLEAR_LINE "connection %u of %u: %s", n, of, row->tried);
	fflush(stderr);
	r->progress_shown = true;
}

/* Nobody to read it is no news; else it is told of once. */
static void flush(struct check_report *r)
{
	if (!fflush(r->print.out) || r->broken)
		return;
	r->broken = true;
	if (errno != EPIPE)
		fprintf(stderr, "tlstrace: standard output: %s\n", strerror(errno));
}

static void print_row(struct check_report *r, const struct check_row *row)
{
	char what[512];

	if (!r->printed++) {
		snprintf(what, sizeof(what), "%s at %s, tested with %s", r->host, r->server, check_library());
		check_table_head(&r->print, what);
	}
	check_table_row(&r->print, row);
	flush(r);
}

void check_report_certificate(struct check_report *r, const struct certificate *certificate)
{
	if (certificate && certificate->readable && !*r->certificate)
		check_table_describe(certificate, r->certificate, sizeof(r->certificate));
}

void check_report_row(struct check_report *r, const struct check_row *row)
{
	check_report_quiet(r);
	if (!r->table)
		return;
	if (!r->later)
		print_row(r, row);
	else if (r->kept < CHECK_ROWS)
		r->rows[r->kept++] = *row;
}

static void print_findings(struct check_report *r, enum severity severity, unsigned int *count)
{
	for (size_t i = 0; i < r->notes.count; i++) {
		const struct check_note *n = &r->notes.at[i];

		if (n->finding.severity != severity)
			continue;
		check_table_finding(&r->print, &n->finding, n->rows, n->expected);
		++*count;
	}
}

void check_report_end(struct check_report *r)
{
	unsigned int errors = 0, warnings = 0, notes = 0;

	for (unsigned int i = 0; i < r->kept; i++)
		print_row(r, &r->rows[i]);
	if (!r->printed)
		return;
	if (*r->certificate)
		check_table_certificate(&r->print, r->certificate);
	print_findings(r, SEVERITY_ERROR, &errors);
	print_findings(r, SEVERITY_WARNING, &warnings);
	print_findings(r, SEVERITY_INFO, &notes);
	check_table_end(&r->print, errors, warnings, notes);
	flush(r);
}

void check_report_free(struct check_report *r)
{
	check_notes_free(&r->notes);
}
