/* SPDX-License-Identifier: GPL-2.0-only */
#include "sink/terminal_finding.h"

#include "util/json.h"

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
