/* SPDX-License-Identifier: GPL-2.0-only */
#include "check_notes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOTES_MAX 64 /* of different ones */

static struct check_note *find(struct check_notes *notes, const struct finding *f)
{
	struct check_note *more;

	for (size_t i = 0; i < notes->count; i++)
		if (!strcmp(notes->at[i].finding.code, f->code) &&
		    notes->at[i].finding.severity == f->severity && !strcmp(notes->at[i].finding.title, f->title))
			return &notes->at[i];
	if (notes->count == NOTES_MAX)
		return NULL;
	more = realloc(notes->at, (notes->count + 1) * sizeof(*more));
	if (!more)
		return NULL;
	notes->at = more;
	memset(&more[notes->count], 0, sizeof(*more));
	return &more[notes->count++];
}

/* `row` stands in the list as a whole word of it. */
static bool listed(const char *list, const char *row)
{
	size_t length = strlen(row);

	for (const char *at = list; (at = strstr(at, row)); at++)
		if ((at == list || at[-1] == ' ') && (!at[length] || at[length] == ';'))
			return true;
	return false;
}

void check_note(struct check_notes *notes, const struct finding *finding, const char *row, bool expected)
{
	struct check_note *n = find(notes, finding);
	size_t used;

	if (!n)
		return;
	n->finding = *finding;
	n->expected = expected;
	used = strlen(n->rows);
	if (!listed(n->rows, row))
		snprintf(n->rows + used, sizeof(n->rows) - used, "%s%s", used ? "; " : "", row);
}

void check_notes_free(struct check_notes *notes)
{
	free(notes->at);
}
