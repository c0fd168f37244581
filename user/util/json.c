/* SPDX-License-Identifier: GPL-2.0-only */
#include "util/json.h"

#include <stdlib.h>
#include <time.h>

#include "util/text.h"

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

/* Where so many bytes more can be written, at most as many as are held. */
static char *room(struct json *j, size_t bytes)
{
	if (bytes > sizeof(j->held) - j->have)
		hand_over(j);
	return j->held + j->have;
}

static void put(struct json *j, const char *text, size_t bytes)
{
	char *to = room(j, bytes);

	if (bytes > sizeof(j->held)) {
		fwrite_unlocked(text, 1, bytes, j->file);
		return;
	}
	memcpy(to, text, bytes);
	j->have += bytes;
}

static void put_char(struct json *j, char c)
{
	*room(j, 1) = c;
	j->have++;
}

void json_end(struct json *j, const char *tail)
{
	put(j, tail, strlen(tail));
	hand_over(j);
}

void json_lead(struct json *j, const char *key, size_t bytes)
{
	char *to = room(j, bytes + 4);

	if (j->comma)
		*to++ = ',';
	j->comma = true;
	if (key) {
		*to++ = '"';
		memcpy(to, key, bytes);
		to += bytes;
		*to++ = '"';
		*to++ = ':';
	}
	j->have = to - j->held;
}

void json_put_open(struct json *j, char bracket)
{
	put_char(j, bracket);
	j->comma = false;
}

void json_close(struct json *j, char bracket)
{
	put_char(j, bracket);
	j->comma = true;
}

/* Up to the NUL. */
static const char *escaped(struct json *j, const char *text)
{
	uint32_t code;
	char escape[8];

	for (;;) {
		size_t run = text_plain(text);
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
		else if (text_is_control(code))
			put(j, escape, (size_t)snprintf(escape, sizeof(escape), "\\u%04x", code));
		else
			put(j, text, bytes);
		text += bytes ? bytes : 1;
	}
}

#define EACH(byte) (0x0101010101010101ULL * (byte))

/* Whether one of the eight bytes is zero; those beside it may seem to be. */
static uint64_t has_zero(uint64_t word)
{
	return (word - EACH(1)) & ~word & EACH(0x80);
}

/* Whether all is ASCII that needs no escape: eight bytes at a time. */
static bool is_plain(const char *text, size_t bytes)
{
	uint64_t word, odd = 0;
	size_t at = 0;

	for (; at + sizeof(word) <= bytes; at += sizeof(word)) {
		memcpy(&word, text + at, sizeof(word));
		odd |= (word & EACH(0x80)) | ((word - EACH(0x20)) & ~word & EACH(0x80)) |
		       has_zero(word ^ EACH(0x7f)) | has_zero(word ^ EACH('"')) |
		       has_zero(word ^ EACH('\\'));
	}
	return !odd && at + text_plain(text + at) == bytes;
}

void json_put_text(struct json *j, const char *text)
{
	size_t bytes = strlen(text);
	char *to;

	if (bytes + 2 > sizeof(j->held) || !is_plain(text, bytes)) {
		put_char(j, '"');
		escaped(j, text);
		put_char(j, '"');
		return;
	}
	to = room(j, bytes + 2);
	*to++ = '"';
	memcpy(to, text, bytes);
	to[bytes] = '"';
	j->have += bytes + 2;
}

void json_put_bytes(struct json *j, const uint8_t *bytes, size_t count)
{
	char *text = malloc(count + 1);
	const char *at = text, *end = text + count;

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

void json_put_hex(struct json *j, const uint8_t *bytes, size_t count)
{
	static const char digits[] = "0123456789abcdef";

	put_char(j, '"');
	for (size_t i = 0; i < count; i++) {
		char *to = room(j, 2);

		to[0] = digits[bytes[i] >> 4];
		to[1] = digits[bytes[i] & 15];
		j->have += 2;
	}
	put_char(j, '"');
}

void json_put_int(struct json *j, int64_t value)
{
	char text[20], *digit = text + sizeof(text);
	uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;

	do
		*--digit = '0' + rest % 10;
	while (rest /= 10);
	if (value < 0)
		*--digit = '-';
	put(j, digit, text + sizeof(text) - digit);
}

void json_put_bool(struct json *j, bool value)
{
	put(j, value ? "true" : "false", value ? 4 : 5);
}

/* Few seconds come again and again, those of events and of certificates: their text is kept. */
static size_t second_text(time_t seconds, char *out)
{
	static struct {
		bool known;
		time_t seconds;
		size_t bytes;
		char text[64];
	} cache[16], *c;
	struct tm tm;

	c = &cache[(uint64_t)seconds * 0x9e3779b97f4a7c15ULL >> 60];
	if (!c->known || seconds != c->seconds) {
		c->known = true;
		c->seconds = seconds;
		c->bytes = gmtime_r(&seconds, &tm) ?
				   strftime(c->text, sizeof(c->text), "%Y-%m-%dT%H:%M:%S", &tm) : 0;
	}
	memcpy(out, c->text, c->bytes);
	return c->bytes;
}

void json_put_time(struct json *j, int64_t time_ns)
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
	text[at] = '.';
	for (int i = 9; i > 0; i--, fraction /= 10)
		text[at + i] = '0' + fraction % 10;
	strcpy(text + at + 10, "Z");
	json_put_text(j, text);
}

void json_put_date(struct json *j, int64_t seconds)
{
	char text[80];

	strcpy(text + second_text(seconds, text), "Z");
	json_put_text(j, text);
}

void json_put_ratio(struct json *j, double value)
{
	char text[400]; /* the largest number there is has 309 digits */

	put(j, text, (size_t)snprintf(text, sizeof(text), "%.6f", value));
}
