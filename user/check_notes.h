/* SPDX-License-Identifier: GPL-2.0-only */
/* check_notes.h - the findings of many connections, each once. */
#ifndef TT_CHECK_NOTES_H
#define TT_CHECK_NOTES_H

#include <stdbool.h>
#include <stddef.h>

#include "model/finding.h"

struct check_note {
	struct finding finding; /* the newest of its kind: it knows most of what came before */
	bool expected;		/* it is none of the server's faults */
	char rows[512];		/* what was tried, each once */
};

struct check_notes {
	struct check_note *at;
	size_t count;
};

/* Findings with the same code, severity and title are one. */
void check_note(struct check_notes *notes, const struct finding *finding, const char *row,
		bool expected);
void check_notes_free(struct check_notes *notes);

#endif /* TT_CHECK_NOTES_H */
