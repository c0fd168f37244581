/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * terminal_ladder.c - the records that led to a failure, with arrows, sizes and times before
 * it; an X marks the row where it failed. A wide terminal has a column for each side.
 */
#include <stdio.h>
#include <string.h>

#include "model/names.h"
#include "model/roles.h"
#include "sink/terminal_parts.h"
#include "util/text.h"

#define TWO_COLUMNS_FROM 120
#define SIDE_COLUMNS 46
#define ROW_BYTES 256

struct ladder {
	struct sink *sink;
	bool wide;
	int64_t end_ns;
};

/* `text` is what `by` sent or did; time_ns 0: when is not known. */
static void row(const struct ladder *l, bool failed, int64_t time_ns, enum tls_role by,
		const char *text)
{
	FILE *out = l->sink->out;
	bool client = by == ROLE_CLIENT;
	const char *colour = terminal_colour(l->sink, failed ? RED : "");

	if (time_ns)
		fprintf(out, "%s  %c %9.3f ms  ", colour, failed ? 'X' : ' ', (double)(time_ns - l->end_ns) / 1e6);
	else
		fprintf(out, "%s  %c %14s", colour, failed ? 'X' : ' ', "");
	if (by == ROLE_UNKNOWN)
		fputs(text, out);
	else if (l->wide && client)
		fprintf(out, "%-*s -->", SIDE_COLUMNS, text);
	else if (l->wide)
		fprintf(out, "%*s <--  %s", SIDE_COLUMNS, "", text);
	else
		fprintf(out, "%s  %s", client ? "client -->       " : "       <-- server", text);
	fprintf(out, "%s\n", *colour ? PLAIN : "");
}

static void record_text(const struct past_record *r, char text[ROW_BYTES])
{
	const char *type = record_type_name(r->type);
	int used = snprintf(text, ROW_BYTES, "%s%s", r->encrypted ? "protected " : "",
			    r->message_count && !r->encrypted ? "" : type ? type : "unknown");

	for (int m = 0; m < r->message_count && used < ROW_BYTES; m++) {
		const char *name = handshake_type_name(r->messages[m]);

		used += snprintf(text + used, ROW_BYTES - used, "%s%s",
				 m ? ", " : r->encrypted ? ": " : "", name ? name : "unknown");
	}
	if (used < ROW_BYTES)
		snprintf(text + used, ROW_BYTES - used, ", %u byte%s", r->length, r->length == 1 ? "" : "s");
}

/* "client 192.0.2.7:40000 curl[77]" */
static void side(char text[ROW_BYTES], enum tls_role role, const struct endpoint *e, const char *comm,
		 uint32_t pid)
{
	FILE *memory = fmemopen(text, ROW_BYTES, "w");

	if (!memory)
		return;
	fprintf(memory, "%s ", terminal_side(role));
	terminal_endpoint(memory, e);
	if (pid) {
		putc(' ', memory);
		terminal_text(memory, comm);
		fprintf(memory, "[%u]", pid);
	}
	fclose(memory);
}

/* The processes as far as they are known here: of this end, of the other when it was told of. */
static void heading(const struct ladder *l, const struct conn *c)
{
	char text[2][ROW_BYTES] = { "", "" };
	const struct told *other;

	told_by(c, &other);
	for (enum tls_role role = ROLE_CLIENT; role <= ROLE_SERVER; role++) {
		const struct endpoint *e = role == ROLE_CLIENT ? client_of(c) : server_of(c);
		bool own = role == c->role;

		side(text[role == ROLE_SERVER], role, e, own ? c->process->comm : other ? other->comm : "",
		     own ? c->process->pid : other ? other->pid : 0);
	}
	fprintf(l->sink->out, "%18s%s%-*s      %s%s\n", "", terminal_colour(l->sink, BOLD), SIDE_COLUMNS, text[0],
		text[1], terminal_colour(l->sink, PLAIN));
}

/* Those before the eight that are remembered. */
static void omitted(const struct ladder *l, const struct alert *a)
{
	bool seen[3] = { false };
	unsigned int count = 0;

	for (int i = 0; i < a->after_count; i++) {
		const struct past_record *r = &a->after[i];

		count += seen[r->sender % 3] ? 0 : r->index;
		seen[r->sender % 3] = true;
	}
	if (count)
		fprintf(l->sink->out, "%18s(%u record%s before)\n", "", count, count == 1 ? "" : "s");
}

/* A close_notify ends a handshake, whatever its level; another warning does not. */
static bool ends_it(const struct alert *a)
{
	return a->time_ns && (!a->readable || a->level == 2 || !a->description);
}

static void alert_row(const struct ladder *l, const struct alert *a)
{
	const char *name = alert_name(a->description);
	char text[ROW_BYTES] = "alert, encrypted";

	if (a->readable)
		snprintf(text, sizeof(text), "%s%s %s (%u)", a->encrypted ? "protected " : "",
			 a->level == 2 ? "alert" : "warning", name ? name : "unknown", a->description);
	/* It only answers the other end's close, which is where it failed. */
	if (a->peer_gone)
		row(l, true, 0, a->sender == ROLE_CLIENT ? ROLE_SERVER : ROLE_CLIENT, "closes");
	row(l, ends_it(a) && !a->peer_gone, a->time_ns, a->sender, text);
}

static void end_row(const struct ladder *l, const struct conn *c)
{
	const char *const what[] = { [CLOSE_OPEN] = "nothing more came", [CLOSE_NOTIFY] = "closes (FIN)",
				     [CLOSE_FIN] = "closes (FIN)", [CLOSE_RESET] = "resets (RST)",
				     [CLOSE_TIMEOUT] = "timed out" };

	row(l, true, l->end_ns, c->close == CLOSE_OPEN ? ROLE_UNKNOWN : c->close_by, what[c->close]);
}

void terminal_ladder(struct sink *s, const struct fact *fact)
{
	const struct conn *c = fact->conn;
	const struct alert *a = &c->last_alert;
	struct ladder l = { .sink = s, .wide = s->width >= TWO_COLUMNS_FROM,
			    .end_ns = ends_it(a) ? a->time_ns : fact->time_ns };
	char text[ROW_BYTES];

	if (l.wide)
		heading(&l, c);
	omitted(&l, a);
	for (int i = 0; i < a->after_count; i++) {
		record_text(&a->after[i], text);
		row(&l, false, a->after[i].time_ns, a->after[i].sender, text);
	}
	if (a->time_ns)
		alert_row(&l, a);
	if (!ends_it(a))
		end_row(&l, c);
}
