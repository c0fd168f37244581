/* SPDX-License-Identifier: GPL-2.0-only */
#include "sink/tls_json.h"

static void list(struct json *j, const char *key, const struct sentences *s)
{
	json_open(j, key, '[');
	for (int i = 0; i < s->count; i++)
		json_text(j, NULL, s->text[i]);
	json_close(j, ']');
}

void tls_json_finding(struct json *j, const struct finding *f)
{
	json_open(j, "finding", '{');
	json_text(j, "code", f->code);
	json_text(j, "severity", severity_name(f->severity));
	json_text(j, "confidence", confidence_name(f->confidence));
	json_text(j, "title", f->title);
	list(j, "evidence", &f->evidence);
	list(j, "ruled_out", &f->ruled_out);
	list(j, "next_steps", &f->next_steps);
	json_close(j, '}');
}
