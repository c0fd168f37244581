/* SPDX-License-Identifier: GPL-2.0-only */
/* text.h - text that nobody vouches for. */
#ifndef TT_UTIL_TEXT_H
#define TT_UTIL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

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
/* How many bytes from here on are ASCII that needs no escape anywhere. */
size_t text_plain(const char *text);
bool text_is_control(uint32_t code);

#endif /* TT_UTIL_TEXT_H */
