/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/mistakes.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The options that `name` is the beginning of, if there are several. */
static bool ambiguous(const char *name, char *list, size_t bytes)
{
	const struct option_row *row;
	size_t used = 0, count = 0;

	for (size_t i = 0; (row = option_row(i)); i++)
		if (row->id && !strncmp(row->name, name, strlen(name)) && used < bytes) {
			used += snprintf(list + used, bytes - used, "%s--%s", count ? ", " : "", row->name);
			count++;
		}
	return count > 1;
}

/* What getopt_long() could not take: `id` and `option` are its result and optopt. */
int mistaken_option(int id, int option, const char *word)
{
	const struct option_row *row = option_by_id(option);
	const char *help = "no such option (\"tlstrace --help\" lists them)", *near;
	char name[64] = "", list[512];

	if (!option)
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + 2, "="), word + 2);
	near = nearest_option(name);
	if (row && id == ':')
		fprintf(stderr, "tlstrace: --%s: which %s?\n", row->name, row->arg);
	else if (row)
		fprintf(stderr, "tlstrace: --%s takes no value: '%s'\n", row->name, word);
	else if (option)
		fprintf(stderr, "tlstrace: -%c: %s\n", option, help);
	else if (*name && ambiguous(name, list, sizeof(list)))
		fprintf(stderr, "tlstrace: --%s: which of %s?\n", name, list);
	else if (near)
		fprintf(stderr, "tlstrace: --%s: no such option; did you mean --%s?\n", name, near);
	else
		fprintf(stderr, "tlstrace: --%s: %s\n", name, help);
	return 2;
}

int mistaken_options(const struct given *g, enum task task)
{
	const struct option_row *row;
	const char *word = command_row(task)->word;

	for (size_t i = 0; (row = option_row(i)); i++) {
		if (!row->id || !g->ids[row->id - OPT_FIRST] || row->tasks & 1 << task)
			continue;
		if (task == TASK_READ)
			fprintf(stderr, "tlstrace: --%s: not for a capture\n", row->name);
		else if (task == TASK_LIVE)
			fprintf(stderr, "tlstrace: --%s: only with %s\n", row->name,
				command_row(row->tasks & 1 << TASK_READ ? TASK_READ : TASK_CHECK)->word);
		else
			fprintf(stderr, "tlstrace: --%s: not with %s\n", row->name, word);
		return 2;
	}
	return -1;
}

int mistaken_twice(int id)
{
	fprintf(stderr, "tlstrace: --%s: given twice\n", option_by_id(id)->name);
	return 2;
}

int mistaken_word(const char *word)
{
	const char *near = nearest_command(word), *option = nearest_option(word);

	if (option && !strcmp(option, word))
		fprintf(stderr, "tlstrace: unexpected word '%s'; did you mean --%s?\n", word, option);
	else if (near)
		fprintf(stderr, "tlstrace: unexpected word '%s'; did you mean \"tlstrace %s\"?\n", word, near);
	else if (!access(word, F_OK))
		fprintf(stderr, "tlstrace: unexpected word '%s'; for a capture: tlstrace read %s\n", word, word);
	else
		fprintf(stderr, "tlstrace: unexpected word '%s' (a command follows \"--\")\n", word);
	return 2;
}
