/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * json.h - a streaming JSON writer. A NULL key means "an array's element".
 * Text may hold any bytes: invalid UTF-8 becomes U+FFFD, controls are escaped.
 */
#ifndef TT_UTIL_JSON_H
#define TT_UTIL_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct json {
	FILE *file; /* the caller's */
	bool comma;
	size_t have; /* of `held`: many short pieces are handed over together */
	char held[2048];
};

void json_begin(struct json *j, FILE *out);
void json_end(struct json *j, const char *tail); /* hands over the rest, and that text behind it */
void json_open(struct json *j, const char *key, char bracket); /* '{' or '[' */
void json_close(struct json *j, char bracket);		       /* '}' or ']' */
void json_text(struct json *j, const char *key, const char *text);
void json_ratio(struct json *j, const char *key, double value); /* finite, 6 decimals */
/* Bytes that may hold NUL, as text; invalid UTF-8 becomes U+FFFD. */
void json_bytes(struct json *j, const char *key, const uint8_t *bytes, size_t count);
void json_hex(struct json *j, const char *key, const uint8_t *bytes, size_t count);
void json_int(struct json *j, const char *key, int64_t value);
void json_bool(struct json *j, const char *key, bool value);
/* RFC 3339, UTC, with nanoseconds. */
void json_time(struct json *j, const char *key, int64_t time_ns);

/*
 * The next character of `text`: its bytes, 1 to 4, or 0 when they are not
 * valid UTF-8 (then one byte is to be skipped). *code is set when not 0.
 */
int utf8_next(const char *text, uint32_t *code);

/*
 * Write text for a terminal: no control, bidi or invalid byte passes. Return the
 * number of characters written.
 */
int terminal_text(FILE *out, const char *text);
/* Bytes on one line: what is no printable text is escaped as in C. */
void terminal_bytes(FILE *out, const uint8_t *bytes, size_t count);

#endif /* TT_UTIL_JSON_H */
