/* SPDX-License-Identifier: GPL-2.0-only */
/* bash.c - completion for bash, which splits words at "=". */
#include <getopt.h>
#include <string.h>

#include "cli/table.h"
#include "manual/manual.h"

/* What completes a value, by what the table calls it; bash code that prints words. */
static const struct {
	const char *arg, *code;
} values[] = {
	{ "FILE", "compgen -f -- \"$cur\"" },
	{ "PATH", "compgen -d -- \"$cur\"" },
	{ "PID", "compgen -W \"$(cd /proc && printf '%s ' [0-9]*)\" -- \"$cur\"" },
	{ "USER", "compgen -u -- \"$cur\"" },
	{ "NAME", "compgen -W \"$(sort -u /proc/[0-9]*/comm 2>/dev/null)\" -- \"$cur\"" },
	{ "NAME|PID", "compgen -W \"$(ls /run/netns 2>/dev/null)\" -- \"$cur\"" },
	{ "HOST[:PORT]", "compgen -A hostname -- \"$cur\"" },
};

static void value(FILE *out, const struct option_row *row)
{
	const char *words = option_words(row->arg);

	fprintf(out, "\t--%s", row->name);
	if (row->short_name)
		fprintf(out, "|-%c", row->short_name);
	fputs(") ", out);
	if (words)
		fprintf(out, "compgen -W '%s' -- \"$cur\" ", words);
	for (size_t i = 0; !words && i < sizeof(values) / sizeof(*values); i++)
		if (!strcmp(values[i].arg, row->arg) && (strcmp(row->arg, "NAME") || row->id == OPT_COMM))
			fprintf(out, "%s ", values[i].code);
	fputs(";;\n", out);
}

static void each_value(FILE *out)
{
	const struct option_row *row;

	for (size_t i = 0; (row = option_row(i)); i++)
		if (row->arg)
			value(out, row);
}

/* Those whose value is the next word. */
static void valued(FILE *out)
{
	const struct option_row *row;
	bool any = false;

	for (size_t i = 0; (row = option_row(i)); i++) {
		if (row->kind != required_argument || !row->arg)
			continue;
		fprintf(out, "%s--%s", any ? "|" : "", row->name);
		if (row->short_name)
			fprintf(out, "|-%c", row->short_name);
		any = true;
	}
}

static void options_of(FILE *out, enum task task)
{
	const struct option_row *row;

	for (size_t i = 0; (row = option_row(i)); i++) {
		if (!row->id || !(row->tasks & 1 << task))
			continue;
		fprintf(out, " --%s", row->name);
		if (row->short_name)
			fprintf(out, " -%c", row->short_name);
	}
}

static void each_task(FILE *out)
{
	for (enum task i = 0; i < TASKS; i++) {
		const char *word = command_row(i)->word;

		fprintf(out, "\t'%s') echo '", word ? word : "");
		options_of(out, i);
		fputs("' ;;\n", out);
	}
}

static void commands(FILE *out)
{
	for (enum task i = 0; i < TASKS; i++)
		if (command_row(i)->word)
			fprintf(out, " %s", command_row(i)->word);
}

/* Words of a task that are not options: a list "a|b|c" in the table, or what is known here. */
static void each_word(FILE *out)
{
	const char *word;

	fputs("\tread) compgen -f -- \"$cur\" ;;\n\texplain) compgen -W '", out);
	for (size_t i = 0; (word = manual_word(i)); i++)
		fprintf(out, " %s", word);
	fputs("' -- \"$cur\" ;;\n", out);
	for (enum task i = 0; i < TASKS; i++) {
		const struct command_row *row = command_row(i);

		if (!row->word || !strcmp(row->word, "read") || !strcmp(row->word, "explain"))
			continue;
		if (strchr(row->follows, '|') && !strpbrk(row->follows, "[ ")) {
			fprintf(out, "\t%s) compgen -W '", row->word);
			for (const char *c = row->follows; *c; c++)
				putc(*c == '|' ? ' ' : *c, out);
			fputs("' -- \"$cur\" ;;\n", out);
		} else if (strstr(row->follows, "HOST")) {
			fprintf(out, "\t%s) compgen -A hostname -- \"$cur\" ;;\n", row->word);
		}
	}
}

/* The words before the cursor tell which task it is, or that a command to trace has begun. */
static const char walk[] =
	"_tlstrace() {\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} task= option= word i\n"
	"\tCOMPREPLY=()\n"
	"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	"\t\tword=${COMP_WORDS[i]}\n"
	"\t\t[[ $word != = ]] || continue\n"
	"\t\tif [[ -n $option || ${COMP_WORDS[i - 1]} == = ]]; then option=; continue; fi\n"
	"\t\tcase $word in\n"
	"\t\t--) [[ -n $task ]] || { _tlstrace_command $((i + 1)); return; } ;;\n"
	"\t\t";
static const char found[] =
	") option=$word ;;\n"
	"\t\t-*) ;;\n"
	"\t\t*) [[ -n $task ]] || task=$word ;;\n"
	"\t\tesac\n"
	"\tdone\n"
	"\tif [[ $cur == = ]]; then\n"
	"\t\toption=${COMP_WORDS[COMP_CWORD - 1]}\n"
	"\t\tcur=\n"
	"\telif [[ ${COMP_WORDS[COMP_CWORD - 1]} == = ]]; then\n"
	"\t\toption=${COMP_WORDS[COMP_CWORD - 2]}\n"
	"\tfi\n"
	"\tif [[ -n $option ]]; then\n"
	"\t\tmapfile -t COMPREPLY < <(_tlstrace_value \"$option\" \"$cur\")\n"
	"\telif [[ $cur == -* && $task != explain ]]; then\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -W \"$(_tlstrace_options \"$task\")\" -- \"$cur\")\n"
	"\telif [[ -n $task ]]; then\n"
	"\t\tmapfile -t COMPREPLY < <(_tlstrace_words \"$task\" \"$cur\")\n"
	"\telse\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -W \"$(_tlstrace_tasks)\" -- \"$cur\")\n"
	"\tfi\n"
	"}\n"
	"# The command's own completion where bash-completion is there to find it.\n"
	"_tlstrace_command() {\n"
	"\tif declare -F _command_offset >/dev/null; then\n"
	"\t\t_command_offset \"$1\"\n"
	"\telif ((COMP_CWORD == $1)); then\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -c -- \"${COMP_WORDS[COMP_CWORD]}\")\n"
	"\telse\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -f -- \"${COMP_WORDS[COMP_CWORD]}\")\n"
	"\tfi\n"
	"}\n"
	"complete -o filenames -F _tlstrace tlstrace\n";

void manual_bash(FILE *out)
{
	fputs("# tlstrace(8) completion for bash; made by \"tlstrace generate bash\".\n"
	      "_tlstrace_value() {\n\tlocal cur=$2\n\tcase $1 in\n", out);
	each_value(out);
	fputs("\tesac\n}\n_tlstrace_options() {\n\tcase $1 in\n", out);
	each_task(out);
	fputs("\tesac\n}\n_tlstrace_words() {\n\tlocal cur=$2\n\tcase $1 in\n", out);
	each_word(out);
	fputs("\tesac\n}\n_tlstrace_tasks() {\n\techo '--", out);
	commands(out);
	fputs("'\n}\n", out);
	fputs(walk, out);
	valued(out);
	fputs(found, out);
}
