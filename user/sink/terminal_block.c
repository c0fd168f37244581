/* SPDX-License-Identifier: GPL-2.0-only */
/* terminal_block.c - findings: a failed connection is one block, what works gets a line. */
#include <ctype.h>
#include <string.h>

#include "model/roles.h"
#include "sink/terminal_parts.h"
#include "util/text.h"

static const char *verb(const struct conn *c)
{
	return c->failed ? "FAILED" : c->stalled ? "STALLED" : "BROKEN OFF";
}

/* False: the rest was told a moment ago, of other connections. */
static bool header(struct sink *s, const struct fact *fact, const struct finding *f)
{
	int64_t first_ns = 0;
	unsigned int times = terminal_again(fact, f, &first_ns);
	struct line line;

	line_begin(&line, s, fact, RED);
	fprintf(line.text, "%s: %s (%s): ", verb(fact->conn), f->code,
		confidence_name(f->confidence));
	terminal_text(line.text, f->title);
	if (times)
		fprintf(line.text, " (%u of these in %.1f s)", times,
			(double)(fact->time_ns - first_ns) / 1e9);
	line_end(&line);
	return !times;
}

/* Version and suite, as far as the two ends came. */
static void agreed(struct sink *s, const struct conn *c)
{
	char text[LINE_BYTES] = "";
	FILE *memory = c->server.seen ? fmemopen(text, sizeof(text), "w") : NULL;

	if (!memory)
		return;
	terminal_suite(memory, c);
	fputs(c->resumed ? ", resumed" : "", memory);
	fclose(memory);
	terminal_labelled(s, "agreed", text, "");
}

static void sentences(struct sink *s, const char *label, const struct sentences *list)
{
	for (int i = 0; i < list->count; i++)
		terminal_labelled(s, label, list->text[i], "");
}

/* A command is pasted: it stays in one line, however narrow the terminal. */
static void next_steps(struct sink *s, const struct sentences *list)
{
	for (int i = 0; i < list->count; i++) {
		if (isupper((unsigned char)list->text[i][0])) {
			terminal_labelled(s, "next", list->text[i], "");
			continue;
		}
		fprintf(s->out, "    next      %s", terminal_colour(s, BOLD));
		terminal_text(s->out, list->text[i]);
		fprintf(s->out, "%s\n", terminal_colour(s, PLAIN));
	}
}

void terminal_reasons(struct sink *s, const struct finding *f)
{
	sentences(s, "evidence", &f->evidence);
	sentences(s, "ruled out", &f->ruled_out);
	next_steps(s, &f->next_steps);
}

static void block(struct sink *s, const struct fact *fact, const struct finding *f)
{
	const struct told *other;

	if (!header(s, fact, f) || s->brief)
		return;
	told_by(fact->conn, &other);
	if (!other || !other->broken) { /* else the block of the other end has them */
		agreed(s, fact->conn);
		terminal_ladder(s, fact);
	}
	terminal_reasons(s, f);
}

/* The same of the other end on this host. */
static void likewise(struct sink *s, const struct fact *fact, const struct told *told)
{
	struct line line;

	line_begin(&line, s, fact, RED);
	fprintf(line.text, "%s likewise: ", verb(fact->conn));
	terminal_other_end(line.text, told);
	line_end(&line);
}

static void remark(struct sink *s, const struct fact *fact, const struct finding *f)
{
	const char *colour = f->severity == SEVERITY_WARNING ? YELLOW : "";
	char text[2 * SENTENCE_BYTES];
	struct line line;

	/* The line of the close has said so. */
	if (terminal_is_last(s, fact->conn) && !strcmp(f->code, "closed-without-close-notify"))
		return;
	snprintf(text, sizeof(text), "%s (%s): %s", f->code, confidence_name(f->confidence), f->title);
	if (terminal_is_last(s, fact->conn)) {
		terminal_labelled(s, severity_name(f->severity), text, colour);
		return;
	}
	line_begin(&line, s, fact, colour);
	fprintf(line.text, "%s: ", severity_name(f->severity));
	terminal_text(line.text, text);
	line_end(&line);
}

/* Says how it looks from this end, not why: where the other end has told why, it is no news. */
static bool is_vague(const char *code)
{
	static const char *const vague[] = { "peer-closed-during-handshake", "peer-reset-during-handshake",
					     "certificate-rejected", "handshake-failed-unexplained" };

	for (size_t i = 0; i < sizeof(vague) / sizeof(*vague); i++)
		if (!strcmp(code, vague[i]))
			return true;
	return false;
}

void terminal_finding(struct sink *s, const struct fact *fact, const struct finding *f)
{
	const struct told *other;
	struct told *own = told_by(fact->conn, &other);

	told_code(own, f->code);
	if (f->severity == SEVERITY_ERROR) {
		own->broken = true;
		held_drop(fact->conn->id);
	}
	if (f->severity == SEVERITY_ERROR &&
	    (told_has(other, f->code) || (other && other->broken && is_vague(f->code))))
		likewise(s, fact, other);
	else if (f->severity == SEVERITY_ERROR)
		block(s, fact, f);
	else if (!told_has(other, f->code))
		remark(s, fact, f);
}

/* Only what takes something away from what is seen; a library's pause is that of all its users. */
void terminal_coverage(struct sink *s, const struct fact *fact, const struct coverage *c)
{
	struct line line;

	if (!strcmp(c->state, "probed") || (c->pid && !strcmp(c->state, "paused")))
		return;
	line_plain(&line, s, fact->time_ns, "");
	fprintf(line.text, "%s: ", c->state);
	terminal_text(line.text, c->pid ? c->comm : c->path ? c->path : "?");
	if (c->pid)
		fprintf(line.text, "[%u]", c->pid);
	if (c->library)
		fprintf(line.text, ", %s %s", c->library, c->version);
	if (c->calls_per_s > 0)
		fprintf(line.text, ", %.0f calls/s, %.1f %% of the machine", c->calls_per_s, 100 * c->cost);
	fprintf(line.text, "%s%s", c->reason ? ": " : "", c->reason ? c->reason : "");
	line_end(&line);
}
