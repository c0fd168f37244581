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

void json_begin(struct json *j, FILE *out)
{
	j->file = out;
	j->comma = false;
	j->have = 0;
}

static void hand_over(struct json *j)
{
	fwrite_unlocked(j->held, 1, j->have, j->file);
	j->have = 0;
}

static void put(struct json *j, const char *text, size_t bytes)
{
	if (bytes > sizeof(j->held) - j->have)
		hand_over(j);
	if (bytes > sizeof(j->held)) {
		fwrite_unlocked(text, 1, bytes, j->file);
		return;
	}
	memcpy(j->held + j->have, text, bytes);
	j->have += bytes;
}

static void put_char(struct json *j, char c)
{
	if (j->have == sizeof(j->held))
		hand_over(j);
	j->held[j->have++] = c;
}

void json_end(struct json *j, const char *tail)
{
	put(j, tail, strlen(tail));
	hand_over(j);
}

/* Up to the NUL. */
static const char *escaped(struct json *j, const char *text)
{
	uint32_t code;
	char escape[8];

	for (;;) {
		size_t run = plain_run(text);
		int bytes;

		put(j, text, run);
		text += run;
		if (!*text)
			return text;
		bytes = utf8_next(text, &code);
		if (!bytes)
			put(j, "\xef\xbf\xbd", 3);
		else if (code == '"' || code == '\\')
			put(j, code == '"' ? "\\\"" : "\\\\", 2);
		else if (is_control(code))
			put(j, escape, (size_t)snprintf(escape, sizeof(escape), "\\u%04x", code));
		else
			put(j, text, bytes);
		text += bytes ? bytes : 1;
	}
}

static void lead(struct json *j, const char *key)
{
	if (j->comma)
		put_char(j, ',');
	j->comma = true;
	if (!key)
		return;
	put_char(j, '"');
	put(j, key, strlen(key));
	put(j, "\":", 2);
}

void json_open(struct json *j, const char *key, char bracket)
{
	lead(j, key);
	put_char(j, bracket);
	j->comma = false;
}

void json_close(struct json *j, char bracket)
{
	put_char(j, bracket);
	j->comma = true;
}

void json_text(struct json *j, const char *key, const char *text)
{
	lead(j, key);
	put_char(j, '"');
	escaped(j, text);
	put_char(j, '"');
}

void json_bytes(struct json *j, const char *key, const uint8_t *bytes, size_t count)
{
	char *text = malloc(count + 1);
	const char *at = text, *end = text + count;

	lead(j, key);
	put_char(j, '"');
	if (text) {
		memcpy(text, bytes, count);
		text[count] = 0;
		while ((at = escaped(j, at)) < end) {
			put(j, "\\u0000", 6);
			at++;
		}
	}
	put_char(j, '"');
	free(text);
}

void json_hex(struct json *j, const char *key, const uint8_t *bytes, size_t count)
{
	static const char digits[] = "0123456789abcdef";

	lead(j, key);
	put_char(j, '"');
	for (size_t i = 0; i < count; i++) {
		put_char(j, digits[bytes[i] >> 4]);
		put_char(j, digits[bytes[i] & 15]);
	}
	put_char(j, '"');
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
	put(j, digit, text + sizeof(text) - digit);
}

void json_bool(struct json *j, const char *key, bool value)
{
	lead(j, key);
	put(j, value ? "true" : "false", value ? 4 : 5);
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

/* Most events are of the same second as the one before: its text is kept. */
static size_t second_text(time_t seconds, char *out)
{
	static time_t known = -1;
	static char text[64];
	static size_t bytes;
	struct tm tm;

	if (seconds != known) {
		gmtime_r(&seconds, &tm);
		bytes = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S.", &tm);
		known = seconds;
	}
	memcpy(out, text, bytes);
	return bytes;
}

void json_time(struct json *j, const char *key, int64_t time_ns)
{
	int64_t fraction = time_ns % 1000000000;
	time_t seconds = time_ns / 1000000000;
	char text[80];
	size_t at;

	if (fraction < 0) {
		fraction += 1000000000;
		seconds--;
	}
	at = second_text(seconds, text);
	for (int i = 8; i >= 0; i--, fraction /= 10)
		text[at + i] = '0' + fraction % 10;
	strcpy(text + at + 9, "Z");
	json_text(j, key, text);
}

void json_ratio(struct json *j, const char *key, double value)
{
	char text[400]; /* the largest number there is has 309 digits */

	lead(j, key);
	put(j, text, (size_t)snprintf(text, sizeof(text), "%.6f", value));
}
