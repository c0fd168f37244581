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
#include <string.h>

struct json {
	FILE *file; /* the caller's */
	bool comma;
	size_t have; /* of `held`: many short pieces are handed over together */
	char held[4096];
};

void json_begin(struct json *j, FILE *out);
void json_end(struct json *j, const char *tail); /* hands over the rest, and that text behind it */
void json_close(struct json *j, char bracket);	 /* '}' or ']' */

/* What comes before a value, and values: the functions beneath join the two. */
void json_lead(struct json *j, const char *key, size_t bytes);
void json_put_open(struct json *j, char bracket);
void json_put_text(struct json *j, const char *text);
void json_put_ratio(struct json *j, double value);
void json_put_bytes(struct json *j, const uint8_t *bytes, size_t count);
void json_put_hex(struct json *j, const uint8_t *bytes, size_t count);
void json_put_int(struct json *j, int64_t value);
void json_put_bool(struct json *j, bool value);
void json_put_time(struct json *j, int64_t time_ns);
void json_put_date(struct json *j, int64_t seconds);

/* Inline, as the length of a key is known where it is written. */
static inline void json_key(struct json *j, const char *key)
{
	json_lead(j, key, key ? strlen(key) : 0);
}

static inline void json_open(struct json *j, const char *key, char bracket) /* '{' or '[' */
{
	json_key(j, key);
	json_put_open(j, bracket);
}

static inline void json_text(struct json *j, const char *key, const char *text)
{
	json_key(j, key);
	json_put_text(j, text);
}

static inline void json_ratio(struct json *j, const char *key, double value) /* finite, 6 decimals */
{
	json_key(j, key);
	json_put_ratio(j, value);
}

/* Bytes that may hold NUL, as text; invalid UTF-8 becomes U+FFFD. */
static inline void json_bytes(struct json *j, const char *key, const uint8_t *bytes, size_t count)
{
	json_key(j, key);
	json_put_bytes(j, bytes, count);
}

static inline void json_hex(struct json *j, const char *key, const uint8_t *bytes, size_t count)
{
	json_key(j, key);
	json_put_hex(j, bytes, count);
}

static inline void json_int(struct json *j, const char *key, int64_t value)
{
	json_key(j, key);
	json_put_int(j, value);
}

static inline void json_bool(struct json *j, const char *key, bool value)
{
	json_key(j, key);
	json_put_bool(j, value);
}

/* RFC 3339, UTC, with nanoseconds, and without. */
static inline void json_time(struct json *j, const char *key, int64_t time_ns)
{
	json_key(j, key);
	json_put_time(j, time_ns);
}

static inline void json_date(struct json *j, const char *key, int64_t seconds)
{
	json_key(j, key);
	json_put_date(j, seconds);
}

#endif /* TT_UTIL_JSON_H */
