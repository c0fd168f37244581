/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * input.h - the bytes of a capture in order: a file or a pipe, as it is or through gzip.
 *
 * What lies ahead can be looked at before it is taken, which a pipe itself does not allow.
 */
#ifndef TT_SOURCE_INPUT_H
#define TT_SOURCE_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct input;

#define INPUT_IDLE_MS 1000

/* A path, or standard input when it is "-". NULL with a cause in *why: static, or strerror(). */
struct input *input_open(const char *path, const char **why);
/*
 * The next bytes, in one piece and not taken: at least `wanted`, or what is left when the
 * input ends before or fails (input_error()). *have is how many there are. Valid until the
 * next call. Memory grows with what has come, never with what was only wanted.
 */
const uint8_t *input_peek(struct input *in, size_t wanted, size_t *have);
void input_take(struct input *in, size_t bytes); /* that input_peek() showed */
uint64_t input_offset(const struct input *in);	 /* bytes taken, of what was compressed too */
const char *input_error(const struct input *in); /* why it ended early; NULL: it did not */
bool input_is_stream(const struct input *in);	 /* a pipe: more may come later */
/* From now on `idle` is called whenever a pipe has been silent for INPUT_IDLE_MS; false ends it. */
void input_on_idle(struct input *in, bool (*idle)(void *arg), void *arg);
/* The rest as a stdio stream, which takes from `in` and is closed before it. NULL: no memory. */
FILE *input_stdio(struct input *in);
void input_close(struct input *in);

#endif /* TT_SOURCE_INPUT_H */
