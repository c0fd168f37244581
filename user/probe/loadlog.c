/* SPDX-License-Identifier: GPL-2.0-only */
#include "probe/loadlog.h"

#include <bpf/libbpf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool shown;
static char first[120], verifier[120];

static void copy_line(char *to, size_t size, const char *line, size_t length)
{
	snprintf(to, size, "%.*s", (int)(length < size ? length : size - 1), line);
}

/* The log ends in statistics; the line before them is the complaint. */
static void keep_verifier(const char *log)
{
	const char *line = strchr(log, '\n');

	while (line && *++line && strncmp(line, "processed ", 10) && strncmp(line, "-- END", 6)) {
		size_t length = strcspn(line, "\n");

		if (length)
			copy_line(verifier, sizeof(verifier), line, length);
		line = strchr(line, '\n');
	}
}

static int take(enum libbpf_print_level level, const char *format, va_list args)
{
	char *text;
	int length;

	if (shown)
		return vfprintf(stderr, format, args);
	if (level != LIBBPF_WARN || (length = vasprintf(&text, format, args)) < 0)
		return 0;
	if (strstr(text, "-- BEGIN PROG LOAD LOG --"))
		keep_verifier(text);
	else if (!*first)
		copy_line(first, sizeof(first), text + (strncmp(text, "libbpf: ", 8) ? 0 : 8),
			  strcspn(text, "\n"));
	first[strcspn(first, "\n")] = 0;
	free(text);
	return length;
}

void loadlog_start(bool show)
{
	shown = show;
	libbpf_set_print(take);
}

void loadlog_clear(void)
{
	*first = *verifier = 0;
}

const char *loadlog_reason(void)
{
	static char both[sizeof(first) + sizeof(verifier) + 2];

	if (!*first)
		return "refused";
	snprintf(both, sizeof(both), "%s%s%s", first, *verifier ? ": " : "", verifier);
	return both;
}
