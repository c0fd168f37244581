/* SPDX-License-Identifier: GPL-2.0-only */
#include "util/columns.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#define WIDEST 9999

int columns_of(FILE *file)
{
	const char *wish = getenv("COLUMNS");
	int width = wish ? atoi(wish) : 0;
	struct winsize size;

	if (width > 0 && width <= WIDEST)
		return width;
	return ioctl(fileno(file), TIOCGWINSZ, &size) ? 0 : size.ws_col;
}

static int used(const char *text, size_t bytes)
{
	int count = 0;

	for (size_t i = 0; i < bytes; i++)
		count += (text[i] & 0xc0) != 0x80;
	return count;
}

int columns_used(const char *text)
{
	return used(text, strlen(text));
}

int columns_wrap(FILE *file, const char *text, int at, int indent, int width)
{
	bool first = true; /* of its line */

	while (*text) {
		size_t bytes = strcspn(text, " ");
		int word = used(text, bytes);

		if (!first && width && at + 1 + word > width) {
			fprintf(file, "\n%*s", indent, "");
			at = indent;
			first = true;
		}
		fprintf(file, "%s%.*s", first ? "" : " ", (int)bytes, text);
		at += word + !first;
		first = false;
		text += bytes;
		text += *text == ' ';
	}
	return at;
}
