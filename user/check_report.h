/* SPDX-License-Identifier: GPL-2.0-only */
/* check_report.h - what a check shows: how far it is, its table, its findings. */
#ifndef TT_CHECK_REPORT_H
#define TT_CHECK_REPORT_H

#include "check_notes.h"
#include "cli/options.h"
#include "sink/check_table.h"

#define CHECK_ROWS 16
#define CHECK_CERTIFICATE_BYTES 1024 /* more than a description has */

struct check_report {
	const char *host;
	char server[128]; /* address and port, once there was a connection */
	bool table, later; /* wanted; after the stream of events */
	bool broken;	   /* it could not be written; said already */
	char certificate[CHECK_CERTIFICATE_BYTES]; /* the server's, "" unknown */
	bool progress, progress_shown;
	unsigned int printed, kept;
	struct check_row rows[CHECK_ROWS]; /* kept to be printed later */
	struct sink print;
	struct check_notes notes;
};

void check_report_begin(struct check_report *report, const struct options *options);
/* A connection for `row` begins: how far it is, when standard error is a terminal. */
void check_report_step(struct check_report *report, const struct check_row *row, unsigned int n,
		       unsigned int of);
void check_report_quiet(struct check_report *report); /* something else will be printed */
/* The first one that the server sends is shown; NULL: it sent none. */
void check_report_certificate(struct check_report *report, const struct certificate *certificate);
void check_report_row(struct check_report *report, const struct check_row *row);
void check_report_end(struct check_report *report); /* the findings; nothing without a row */
void check_report_free(struct check_report *report);

#endif /* TT_CHECK_REPORT_H */
