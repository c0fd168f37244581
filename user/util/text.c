/* SPDX-License-Identifier: GPL-2.0-only */
#include "util/text.h"

/* RFC 3629. Reads no further than the terminating NUL. */
int utf8_next(const char *text, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const uint8_t *b = (const uint8_t *)text;
	int bytes = b[0] < 0x80 ? 1 : b[0] >> 5 == 6 ? 2 : b[0] >> 4 == 14 ? 3 : b[0] >> 3 == 30 ? 4 : 0;

	if (!bytes)
		return 0;
	*code = bytes == 1 ? b[0] : b[0] & (0x7f >> bytes);
	for (int i = 1; i < bytes; i++) {
		if (b[i] >> 6 != 2)
			return 0;
		*code = *code << 6 | (b[i] & 0x3f);
	}
	if (*code < least[bytes] || *code > 0x10ffff || (*code >= 0xd800 && *code <= 0xdfff))
		return 0;
	return bytes;
}

bool text_is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

static bool is_bidi(uint32_t code)
{
	return code == 0x200e || code == 0x200f || code == 0x61c ||
	       (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

size_t text_plain(const char *text)
{
	size_t n = 0;

	while (text[n] >= 0x20 && text[n] < 0x7f && text[n] != '"' && text[n] != '\\')
		n++;
	return n;
}

int terminal_text(FILE *out, const char *text)
{
	int count = 0;
	uint32_t code;

	for (;;) {
		size_t run = text_plain(text);
		int bytes;

		fwrite_unlocked(text, 1, run, out);
		text += run;
		count += run;
		if (!*text)
			break;
		bytes = utf8_next(text, &code);

		if (!bytes || text_is_control(code) || is_bidi(code))
			putc_unlocked('?', out);
		else
			fwrite_unlocked(text, 1, bytes, out);
		text += bytes ? bytes : 1;
		count++;
	}
	return count;
}

void terminal_bytes(FILE *out, const uint8_t *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (bytes[i] == '\n' || bytes[i] == '\r' || bytes[i] == '\t')
			fprintf(out, "\\%c", bytes[i] == '\n' ? 'n' : bytes[i] == '\r' ? 'r' : 't');
		else if (bytes[i] == '\\')
			fputs("\\\\", out);
		else if (bytes[i] >= 0x20 && bytes[i] < 0x7f)
			putc_unlocked(bytes[i], out);
		else
			fprintf(out, "\\x%02x", bytes[i]);
}
