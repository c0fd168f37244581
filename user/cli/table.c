/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/table.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "util/columns.h"
#include "util/distance.h"

#define HELP_INDENT 30
#define HELP_WIDTH 80

/* As options.def names them. */
enum {
#define COMMAND(id, word, follows, help) id = 1 << TASK_##id,
#include "cli/commands.def"
#undef COMMAND
	ANY = (1 << TASKS) - 1,
};

static const struct command_row commands[] = {
#define COMMAND(id, word, follows, help) { word, follows, help },
#include "cli/commands.def"
#undef COMMAND
};

static const struct option_row rows[] = {
#define GROUP(commands, title) { .help = title, .tasks = commands },
#define OPT(id, short_name, long_name, arg, kind, help) \
	{ OPT_##id, short_name, long_name, arg, kind, help, 0 },
#include "cli/options.def"
#undef OPT
};

#define ROWS (sizeof(rows) / sizeof(*rows))

static const struct {
	const char *arg, *words;
} values[] = {
	{ "SET", "auto copy fentry kprobe cgroup" },
	{ "SEVERITY", "info warning error" },
	{ "MODE", "always auto off" },
	{ "PROTOCOL", "smtp imap pop3 ftp xmpp ldap postgres mysql" },
};

const struct command_row *command_row(enum task task)
{
	return &commands[task];
}

/* The tasks of a group are those of its options. */
const struct option_row *option_row(size_t index)
{
	static struct option_row whole[ROWS];

	for (size_t i = 0; !whole[ROWS - 1].tasks && i < ROWS; i++) {
		whole[i] = rows[i];
		if (rows[i].id)
			whole[i].tasks = whole[i - 1].tasks;
	}
	return index < ROWS ? &whole[index] : NULL;
}

const struct option_row *option_by_id(int id)
{
	const struct option_row *row;

	for (size_t i = 0; (row = option_row(i)); i++)
		if (id && (row->id == id || row->short_name == id))
			break;
	return row;
}

const char *option_words(const char *arg)
{
	for (size_t i = 0; arg && i < sizeof(values) / sizeof(*values); i++)
		if (!strcmp(values[i].arg, arg))
			return values[i].words;
	return NULL;
}

void option_synopsis(const struct option_row *row, char *text, size_t bytes)
{
	bool optional = row->kind == optional_argument;
	char letter[8] = "";

	if (row->short_name)
		snprintf(letter, sizeof(letter), "-%c, ", row->short_name);
	snprintf(text, bytes, "%s--%s%s%s%s", letter, row->name, !row->arg ? "" : optional ? "[=" : " ",
		 row->arg ? row->arg : "", row->arg && optional ? "]" : "");
}

/* Of two that are equally far, the one that begins alike. */
static size_t farness(const char *word, const char *name)
{
	return 2 * edit_distance(word, name) + (*word != *name);
}

/* Two letters exchanged count as two. */
static const char *nearer(const char *word, const char *name, const char *best)
{
	size_t far = edit_distance(word, name);

	if (far > 2 || far * 2 > strlen(name) + 1 || (best && farness(word, best) <= farness(word, name)))
		return best;
	return name;
}

enum task task_named(const char *word)
{
	for (enum task i = 0; i < TASKS; i++)
		if (commands[i].word && !strcmp(commands[i].word, word))
			return i;
	return TASK_LIVE;
}

const char *nearest_command(const char *word)
{
	const char *best = NULL;

	for (size_t i = 0; i < TASKS; i++)
		if (commands[i].word)
			best = nearer(word, commands[i].word, best);
	return best;
}

const char *nearest_option(const char *name)
{
	const struct option_row *row;
	const char *best = NULL;

	for (size_t i = 0; (row = option_row(i)); i++)
		if (row->id)
			best = nearer(name, row->name, best);
	return best;
}

static int help_width(void)
{
	int width = columns_of(stdout);

	width = width > HELP_WIDTH || !width ? HELP_WIDTH : width;
	return width > HELP_INDENT + 20 ? width : 0;
}

static void help_line(const char *left, const char *text)
{
	columns_wrap(stdout, text, printf("  %-*s", HELP_INDENT - 3, left) + printf(" "), HELP_INDENT,
		     help_width());
	putchar('\n');
}

static void help_text(const char *text)
{
	columns_wrap(stdout, text, 0, 0, help_width());
	putchar('\n');
}

static void help_option(const struct option_row *row)
{
	char left[64];

	option_synopsis(row, left + 4 * !row->short_name, sizeof(left) - 4);
	if (!row->short_name)
		memset(left, ' ', 4);
	help_line(left, row->help);
}

/* Before its first option that goes with the task, the group's title. */
static void help_options(enum task task)
{
	const struct option_row *row;
	const char *title = NULL;

	for (size_t i = 0; (row = option_row(i)); i++) {
		if (!row->id && row->help)
			title = row->help;
		if (!row->id || !(task == TASK_LIVE || row->tasks & 1 << task))
			continue;
		if (title)
			printf("\n%s:\n", title);
		title = NULL;
		help_option(row);
	}
}

void usage(enum task task)
{
	bool whole = task == TASK_LIVE;
	const char *lead = "usage:";

	for (enum task i = 0; i < TASKS; i++) {
		if (!whole && i != task)
			continue;
		printf("%s tlstrace%s%s %s\n", lead, commands[i].word ? " " : "",
		       commands[i].word ? commands[i].word : "", commands[i].follows);
		lead = "      ";
	}
	help_text(whole ? "Show every TLS handshake, alert and close on this host, with its process, and why handshakes fail." :
			  commands[task].help);
	if (whole)
		putchar('\n');
	for (enum task i = 0; whole && i < TASKS; i++)
		help_line(commands[i].word ? commands[i].word : "(no word)", commands[i].help);
	help_options(task);
	putchar('\n');
	help_text("Exit status: 0 done, 1 error, 2 usage, 3 no privilege or kernel feature, 4 by --fail-on, else the command's own. The man page tlstrace(8) has more.");
}
