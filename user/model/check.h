/* SPDX-License-Identifier: GPL-2.0-only */
/* check.h - what an active test tried, and what came of it: the lines of its table. */
#ifndef TT_MODEL_CHECK_H
#define TT_MODEL_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#define CHECK_TEXT_BYTES 64
#define CHECK_REASON_BYTES 256

enum check_result {
	CHECK_OK,
	CHECK_PARTLY,  /* of several connections some did what was asked for */
	CHECK_REFUSED, /* by a server that another line shows to be well */
	CHECK_FAILED,
	CHECK_SKIPPED, /* not tried */
};

struct check_row {
	char tried[CHECK_TEXT_BYTES]; /* "TLS 1.2 full" */
	enum check_result result;
	char words[CHECK_TEXT_BYTES]; /* of the result: "3 of 6 resumed" */
	int64_t duration_ns;	      /* of one handshake, on the average; 0: there was none */
	int alert;		      /* description of the fatal one, -1: none */
	bool alert_sent;	      /* by this end */
	char reason[CHECK_REASON_BYTES]; /* may hold bytes of the peer: escape before showing */
};

#endif /* TT_MODEL_CHECK_H */
