/* SPDX-License-Identifier: GPL-2.0-only */
#include "wire/digest.h"

#include <string.h>

#include "util/digests.h"

void sha256(const void *bytes, size_t count, uint8_t out[32])
{
	if (!digest_of(DIGEST_SHA256, bytes, count, out))
		memset(out, 0, 32);
}

void short_hash(const uint8_t *bytes, size_t count, uint8_t out[SHORT_HASH])
{
	uint8_t digest[32];

	sha256(bytes, count, digest);
	memcpy(out, digest, SHORT_HASH);
}

void hex_text(const uint8_t *bytes, size_t count, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < count; i++) {
		*out++ = digits[bytes[i] >> 4];
		*out++ = digits[bytes[i] & 15];
	}
	*out = 0;
}
