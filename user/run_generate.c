/* SPDX-License-Identifier: GPL-2.0-only */
#include "run.h"

#include <stdio.h>
#include <string.h>

#include "manual/manual.h"

int run_generate(char **words)
{
	static const struct {
		const char *word;
		void (*print)(FILE *out);
	} forms[] = { { "man", manual_page }, { "bash", manual_bash },
		      { "zsh", manual_zsh }, { "fish", manual_fish } };

	for (size_t i = 0; *words && !words[1] && i < sizeof(forms) / sizeof(*forms); i++)
		if (!strcmp(forms[i].word, *words)) {
			forms[i].print(stdout);
			return fflush(stdout) || ferror(stdout);
		}
	if (*words)
		fprintf(stderr, "tlstrace: generate: '%s' is not man, bash, zsh or fish\n",
			words[1] ? words[1] : *words);
	else
		fprintf(stderr, "tlstrace: generate: which of man, bash, zsh and fish?\n");
	return 2;
}
