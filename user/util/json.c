/* SPDX-License-Identifier: GPL-2.0-only */
#include "util/json.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

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

static bool is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

static bool is_bidi(uint32_t code)
{
	return code == 0x200e || code == 0x200f || code == 0x61c ||
	       (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

/* How many bytes from here on are ASCII that needs no escape anywhere. */
static size_t plain_run(const char *text)
{
	size_t n = 0;

	while (text[n] >= 0x20 && text[n] < 0x7f && text[n] != '"' && text[n] != '\\')
		n++;
	return n;
}

/* Up to the NUL. */
static const char *escaped(FILE *out, const char *text)
{
	uint32_t code;

	for (;;) {
		size_t run = plain_run(text);
		int bytes;

		fwrite_unlocked(text, 1, run, out);
		text += run;
		if (!*text)
			return text;
		bytes = utf8_next(text, &code);
		if (!bytes)
			fputs_unlocked("\xef\xbf\xbd", out);
		else if (code == '"' || code == '\\')
			fprintf(out, "\\%c", (int)code);
		else if (is_control(code))
			fprintf(out, "\\u%04x", code);
		else
			fwrite_unlocked(text, 1, bytes, out);
		text += bytes ? bytes : 1;
	}
}

static void lead(struct json *j, const char *key)
{
	if (j->comma)
		putc_unlocked(',', j->out);
	j->comma = true;
	if (!key)
		return;
	putc_unlocked('"', j->out);
	fwrite_unlocked(key, 1, strlen(key), j->out);
	fwrite_unlocked("\":", 1, 2, j->out);
}

void json_open(struct json *j, const char *key, char bracket)
{
	lead(j, key);
	putc_unlocked(bracket, j->out);
	j->comma = false;
}

void json_close(struct json *j, char bracket)
{
	putc_unlocked(bracket, j->out);
	j->comma = true;
}

void json_text(struct json *j, const char *key, const char *text)
{
	lead(j, key);
	putc_unlocked('"', j->out);
	escaped(j->out, text);
	putc_unlocked('"', j->out);
}

void json_bytes(struct json *j, const char *key, const uint8_t *bytes, size_t count)
{
	char *text = malloc(count + 1);
	const char *at = text, *end = text + count;

	lead(j, key);
	putc_unlocked('"', j->out);
	if (text) {
		memcpy(text, bytes, count);
		text[count] = 0;
		while ((at = escaped(j->out, at)) < end) {
			fputs_unlocked("\\u0000", j->out);
			at++;
		}
	}
	putc_unlocked('"', j->out);
	free(text);
}

void json_hex(struct json *j, const char *key, const uint8_t *bytes, size_t count)
{
	lead(j, key);
	putc_unlocked('"', j->out);
	for (size_t i = 0; i < count; i++)
		fprintf(j->out, "%02x", bytes[i]);
	putc_unlocked('"', j->out);
}

void json_int(struct json *j, const char *key, int64_t value)
{
	char text[20], *digit = text + sizeof(text);
	uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;

	do
		*--digit = '0' + rest % 10;
	while (rest /= 10);
	if (value < 0)
		*--digit = '-';
	lead(j, key);
	fwrite_unlocked(digit, 1, text + sizeof(text) - digit, j->out);
}

void json_bool(struct json *j, const char *key, bool value)
{
	lead(j, key);
	fputs_unlocked(value ? "true" : "false", j->out);
}

int terminal_text(FILE *out, const char *text)
{
	int count = 0;
	uint32_t code;

	for (;;) {
		size_t run = plain_run(text);
		int bytes;

		fwrite_unlocked(text, 1, run, out);
		text += run;
		count += run;
		if (!*text)
			break;
		bytes = utf8_next(text, &code);

		if (!bytes || is_control(code) || is_bidi(code))
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

void json_time(struct json *j, const char *key, int64_t time_ns)
{
	int64_t fraction = time_ns % 1000000000;
	time_t seconds = time_ns / 1000000000;
	char text[64];
	struct tm tm;
	size_t at;

	if (fraction < 0) {
		fraction += 1000000000;
		seconds--;
	}
	gmtime_r(&seconds, &tm);
	at = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S.", &tm);
	for (int i = 8; i >= 0; i--, fraction /= 10)
		text[at + i] = '0' + fraction % 10;
	strcpy(text + at + 9, "Z");
	json_text(j, key, text);
}

void json_ratio(struct json *j, const char *key, double value)
{
	lead(j, key);
	fprintf(j->out, "%.6f", value);
}
