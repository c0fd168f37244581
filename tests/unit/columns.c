/* SPDX-License-Identifier: GPL-2.0-only */
/* Text in lines that fit, and the options' and commands' nearest. */
#include "cli/table.h"
#include "tap.h"
#include "util/columns.h"

static void wraps(const char *text, int at, int indent, int width, const char *wanted, int used,
		  const char *what)
{
	char got[256] = "";
	FILE *file = fmemopen(got, sizeof(got), "w");
	int end = columns_wrap(file, text, at, indent, width);

	fclose(file);
	ok(!strcmp(got, wanted) && end == used, what);
	if (strcmp(got, wanted) || end != used)
		printf("# '%s', %d\n", got, end);
}

static void near(const char *word, const char *wanted)
{
	const char *got = nearest_option(word);

	ok(!wanted ? !got : got && !strcmp(got, wanted), word);
}

int main(void)
{
	wraps("one two three", 0, 2, 7, "one two\n  three", 7, "a line is as wide as it may be");
	wraps("one two three", 0, 2, 6, "one\n  two\n  three", 7, "and no wider");
	wraps("one two three", 0, 2, 0, "one two three", 13, "no width: one line");
	wraps("muchtoolong a", 3, 2, 6, "muchtoolong\n  a", 3, "a word that fits nowhere is whole");
	wraps("\xc3\xa4\xc3\xa4 \xc3\xa4\xc3\xa4", 0, 0, 5, "\xc3\xa4\xc3\xa4 \xc3\xa4\xc3\xa4", 5,
	      "letters are counted, not bytes");
	wraps("", 4, 2, 6, "", 4, "nothing");
	setenv("COLUMNS", "123", 1);
	ok(columns_of(stdout) == 123, "COLUMNS says how wide");
	setenv("COLUMNS", "-5", 1);
	ok(columns_of(stdout) >= 0, "unless it is no width");
	near("prot", "port");
	near("sin", "sni");
	near("jsno", "json");
	near("follows", "follow");
	near("xyzzy", NULL);
	ok(!nearest_command("nonsense") && !strcmp(nearest_command("suport"), "support"), "commands");
	return failed;
}
