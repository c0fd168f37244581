/* SPDX-License-Identifier: GPL-2.0-only */
/* zsh.c - completion for zsh, by its _arguments. */
#include <getopt.h>
#include <string.h>

#include "cli/table.h"
#include "manual/manual.h"

static const struct {
	const char *arg, *action;
} values[] = {
	{ "FILE", "_files" },  { "PATH", "_directories" }, { "PID", "_pids" },
	{ "USER", "_users" },  { "HOST[:PORT]", "_hosts" },
};

/* Inside single quotes and an _arguments' explanation. */
static void quoted(FILE *out, const char *text)
{
	for (; *text; text++)
		if (*text == '\'')
			fputs("'\\''", out);
		else
			fprintf(out, strchr("[]:", *text) ? "\\%c" : "%c", *text);
}

static void value(FILE *out, const struct option_row *row)
{
	const char *words = option_words(row->arg);

	fputs(row->kind == optional_argument ? "::" : ":", out);
	quoted(out, row->arg);
	putc(':', out);
	if (words)
		fprintf(out, "(%s)", words);
	for (size_t i = 0; !words && i < sizeof(values) / sizeof(*values); i++)
		if (!strcmp(values[i].arg, row->arg))
			fputs(values[i].action, out);
}

/* '(-p --pid)'{-p,--pid=}'[help]:PID:_pids' */
static void option(FILE *out, const struct option_row *row)
{
	const char *sign = !row->arg ? "" : row->kind == optional_argument ? "=-" : "=";

	fputs(" \\\n\t\t", out);
	if (row->short_name)
		fprintf(out, "'(-%c --%s)'{-%c%s,--%s%s}'[", row->short_name, row->name, row->short_name,
			row->arg ? "+" : "", row->name, sign);
	else
		fprintf(out, "'--%s%s[", row->name, sign);
	quoted(out, row->help);
	putc(']', out);
	if (row->arg)
		value(out, row);
	putc('\'', out);
}

static void options_of(FILE *out, enum task task)
{
	const struct option_row *row;

	for (size_t i = 0; (row = option_row(i)); i++)
		if (row->id && row->tasks & 1 << task)
			option(out, row);
}

static void explain_words(FILE *out)
{
	const char *word;

	for (size_t i = 0; (word = manual_word(i)); i++)
		fprintf(out, "%s%s", i ? " " : "", word);
}

static void words_of(FILE *out, const struct command_row *row)
{
	if (!strcmp(row->word, "read")) {
		fputs(" '*:FILE:_files'", out);
	} else if (!strcmp(row->word, "explain")) {
		fputs(" '*:word:(", out);
		explain_words(out);
		fputs(")'", out);
	} else if (strchr(row->follows, '|') && !strpbrk(row->follows, "[ ")) {
		fputs(" '1:what:(", out);
		for (const char *c = row->follows; *c; c++)
			putc(*c == '|' ? ' ' : *c, out);
		fputs(")'", out);
	} else if (strstr(row->follows, "HOST")) {
		fputs(" '1:host:_hosts'", out);
	}
}

void manual_zsh(FILE *out)
{
	fputs("#compdef tlstrace\n# Made by \"tlstrace generate zsh\".\n"
	      "_tlstrace() {\n\tlocal context state state_descr line\n\ttypeset -A opt_args\n"
	      "\tlocal -a tasks=(", out);
	for (enum task i = 1; i < TASKS; i++) {
		fprintf(out, "\n\t\t'%s:", command_row(i)->word);
		quoted(out, command_row(i)->help);
		putc('\'', out);
	}
	fputs(")\n\t_arguments -s -S", out);
	options_of(out, TASK_LIVE);
	fputs(" \\\n\t\t'1: :->task' '*:: :->words'\n"
	      "\tif [[ $state == task ]]; then\n"
	      "\t\tif [[ ${words[CURRENT-1]} == -- ]]; then _command_names -e; else _describe task tasks; fi\n"
	      "\t\treturn\n\tfi\n\t[[ $state == words ]] || return\n"
	      "\tcase ${words[1]} in\n", out);
	for (enum task i = 1; i < TASKS; i++) {
		fprintf(out, "\t%s) _arguments -s", command_row(i)->word);
		options_of(out, i);
		words_of(out, command_row(i));
		fputs(" ;;\n", out);
	}
	fputs("\t*) _normal ;;\n\tesac\n}\n_tlstrace \"$@\"\n", out);
}
