/* SPDX-License-Identifier: GPL-2.0-only */
/* digests.h - digests of short things, many times: OpenSSL's, their contexts used again. */
#ifndef TT_UTIL_DIGESTS_H
#define TT_UTIL_DIGESTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_MAX 32

enum digest { DIGEST_MD5, DIGEST_SHA1, DIGEST_SHA256 };

/* All of the digest's bytes are written to `out`. False: the library has none of that name. */
bool digest_of(enum digest which, const void *bytes, size_t count, uint8_t out[DIGEST_MAX]);

#endif /* TT_UTIL_DIGESTS_H */
