/* SPDX-License-Identifier: GPL-2.0-only */
/* tap.h - one line of TAP a check, and byte strings to feed parsers with. */
#ifndef TT_TESTS_TAP_H
#define TT_TESTS_TAP_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failed;

static inline void ok(int good, const char *what)
{
	printf("%s - %s\n", good ? "ok" : "not ok", what);
	failed |= !good;
}

/* Bytes that grow. */
struct made {
	size_t have;
	uint8_t at[8192];
};

static inline void add(struct made *m, const void *bytes, size_t count)
{
	if (count)
		memcpy(m->at + m->have, bytes, count);
	m->have += count;
}

static inline void add_uint(struct made *m, unsigned int value, int width)
{
	while (width--)
		m->at[m->have++] = value >> 8 * width & 0xff;
}

/* A vector: its length in `width` bytes, then its bytes. */
static inline void add_vector(struct made *m, int width, const struct made *body)
{
	add_uint(m, body->have, width);
	add(m, body->at, body->have);
}

static inline void add_extension(struct made *m, unsigned int type, const struct made *body)
{
	add_uint(m, type, 2);
	add_vector(m, 2, body);
}

/* A list of 16-bit codes inside a vector, ended by -1. */
static inline struct made codes(int width, const int *code)
{
	struct made list = { 0 }, out = { 0 };

	for (; *code >= 0; code++)
		add_uint(&list, *code, 2);
	add_vector(&out, width, &list);
	return out;
}

/* A copy of exactly `count` bytes, so that the sanitizer sees an over-read. */
static inline uint8_t *exact(const void *bytes, size_t count)
{
	uint8_t *copy = malloc(count ? count : 1);

	if (count)
		memcpy(copy, bytes, count);
	return copy;
}

#endif /* TT_TESTS_TAP_H */
