/* SPDX-License-Identifier: GPL-2.0-only */
/* Text to a JSON string and back: valid UTF-8 comes back as it was, nothing raw gets out. */
#include <stdlib.h>
#include <string.h>

#include "util/json.h"
#include "util/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int hex(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

static size_t put_utf8(char *to, uint32_t code)
{
	if (code < 0x80) {
		to[0] = code;
		return 1;
	}
	to[0] = 0xc0 | code >> 6; /* only controls below U+00A0 are escaped */
	to[1] = 0x80 | (code & 0x3f);
	return 2;
}

/* Undo the escapes between the quotes; abort on what JSON forbids. */
static size_t unescape(const char *text, size_t bytes, char *to)
{
	size_t at = 0;

	if (bytes < 2 || text[0] != '"' || text[bytes - 1] != '"')
		abort();
	for (size_t i = 1; i < bytes - 1; i++) {
		if ((uint8_t)text[i] < 0x20 || text[i] == '"')
			abort();
		if (text[i] != '\\') {
			to[at++] = text[i];
		} else if (text[++i] == 'u') {
			at += put_utf8(to + at, hex(text[i + 1]) << 12 | hex(text[i + 2]) << 8 |
							hex(text[i + 3]) << 4 | hex(text[i + 4]));
			i += 4;
		} else if (text[i] == '"' || text[i] == '\\') {
			to[at++] = text[i];
		} else {
			abort();
		}
	}
	return at;
}

static int valid(const char *text)
{
	uint32_t code;

	while (*text) {
		int bytes = utf8_next(text, &code);

		if (!bytes)
			return 0;
		text += bytes;
	}
	return 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size), *out = NULL, *back;
	size_t bytes, back_bytes;
	struct json j;

	json_begin(&j, open_memstream(&out, &bytes));
	json_text(&j, NULL, text);
	json_end(&j, "");
	fclose(j.file);
	back = calloc(1, bytes + 1);
	back_bytes = unescape(out, bytes, back);
	if (!valid(back) || (valid(text) && (back_bytes != strlen(text) || strcmp(back, text))))
		abort();
	json_begin(&j, fopen("/dev/null", "w"));
	terminal_text(j.file, text);
	fclose(j.file);
	free(back);
	free(out);
	free(text);
	return 0;
}
