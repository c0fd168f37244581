/* SPDX-License-Identifier: GPL-2.0-only */
/* text.h - names that a peer sent, as strings. */
#ifndef TT_WIRE_TEXT_H
#define TT_WIRE_TEXT_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/*
 * `to` has room for one byte more. A NUL would end the string, and "good.test\0.evil.test" pass
 * for good.test: it becomes a byte that no valid UTF-8 has, and is shown as U+FFFD.
 */
static inline void wire_text(char *to, const uint8_t *from, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		to[i] = from[i] ? (char)from[i] : (char)0xff;
	to[bytes] = 0;
}

static inline char *wire_text_new(const uint8_t *from, size_t bytes)
{
	char *text = malloc(bytes + 1);

	if (text)
		wire_text(text, from, bytes);
	return text;
}

#endif /* TT_WIRE_TEXT_H */
