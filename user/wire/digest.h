/* SPDX-License-Identifier: GPL-2.0-only */
/* digest.h - the digests that are shown in place of what must not be. */
#ifndef TT_WIRE_DIGEST_H
#define TT_WIRE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "model/hello.h"

/* SHA-256 of `count` bytes; zeros where the library has none. */
void sha256(const void *bytes, size_t count, uint8_t out[32]);
/* The first bytes of SHA-256, for secrets that are only joined. */
void short_hash(const uint8_t *bytes, size_t count, uint8_t out[SHORT_HASH]);
/* `count` bytes as lower-case hex and a NUL. */
void hex_text(const uint8_t *bytes, size_t count, char *out);

#endif /* TT_WIRE_DIGEST_H */
