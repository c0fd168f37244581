/* SPDX-License-Identifier: GPL-2.0-only */
/* fish.c - completion for fish. */
#include <getopt.h>
#include <string.h>

#include "cli/table.h"
#include "manual/manual.h"

static const struct {
	const char *arg, *words;
} values[] = {
	{ "PID", "(__fish_complete_pids)" },
	{ "USER", "(__fish_complete_users)" },
	{ "PATH", "(__fish_complete_directories)" },
};

static void quoted(FILE *out, const char *text)
{
	putc('\'', out);
	for (; *text; text++)
		fprintf(out, *text == '\'' || *text == '\\' ? "\\%c" : "%c", *text);
	putc('\'', out);
}

/* True when the words so far ask for this task. */
static void condition(FILE *out, enum task task)
{
	if (task != TASK_LIVE) {
		fprintf(out, "complete -c tlstrace -n '__fish_seen_subcommand_from %s'",
			command_row(task)->word);
		return;
	}
	fputs("complete -c tlstrace -n 'not __fish_seen_subcommand_from", out);
	for (enum task i = 1; i < TASKS; i++)
		fprintf(out, " %s", command_row(i)->word);
	putc('\'', out);
}

static void value(FILE *out, const struct option_row *row)
{
	const char *words = option_words(row->arg);

	if (!strcmp(row->arg, "FILE"))
		return; /* files are what fish offers by itself */
	fputs(row->kind == required_argument ? " -x" : "", out);
	for (size_t i = 0; !words && i < sizeof(values) / sizeof(*values); i++)
		if (!strcmp(values[i].arg, row->arg))
			words = values[i].words;
	if (!words)
		return;
	fputs(" -a ", out);
	quoted(out, words);
}

static void option(FILE *out, enum task task, const struct option_row *row)
{
	condition(out, task);
	fprintf(out, " -l %s", row->name);
	if (row->short_name)
		fprintf(out, " -s %c", row->short_name);
	fputs(row->kind == required_argument ? " -r" : "", out);
	if (row->arg)
		value(out, row);
	fputs(" -d ", out);
	quoted(out, row->help);
	putc('\n', out);
}

static void words_of(FILE *out, enum task task)
{
	const struct command_row *row = command_row(task);
	const char *word;

	if (!strcmp(row->word, "read"))
		return;
	condition(out, task);
	fputs(" -f", out);
	if (!strcmp(row->word, "explain")) {
		fputs(" -a '", out);
		for (size_t i = 0; (word = manual_word(i)); i++)
			fprintf(out, "%s%s", i ? " " : "", word);
		putc('\'', out);
	} else if (strchr(row->follows, '|') && !strpbrk(row->follows, "[ ")) {
		fputs(" -a '", out);
		for (const char *c = row->follows; *c; c++)
			putc(*c == '|' ? ' ' : *c, out);
		putc('\'', out);
	}
	putc('\n', out);
}

void manual_fish(FILE *out)
{
	const struct option_row *row;

	fputs("# Completion for fish; made by \"tlstrace generate fish\".\n", out);
	for (enum task i = 0; i < TASKS; i++)
		for (size_t k = 0; (row = option_row(k)); k++)
			if (row->id && row->tasks & 1 << i)
				option(out, i, row);
	for (enum task i = 1; i < TASKS; i++) {
		condition(out, TASK_LIVE);
		fprintf(out, " -f -a %s -d ", command_row(i)->word);
		quoted(out, command_row(i)->help);
		putc('\n', out);
		words_of(out, i);
	}
}
