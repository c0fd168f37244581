/* SPDX-License-Identifier: GPL-2.0-only */
#include "wire/digest.h"

#include <openssl/evp.h>
#include <string.h>

void sha256(const void *bytes, size_t count, uint8_t out[32])
{
	static EVP_MD *md; /* fetched once: a fetch costs more than the digest */

	if (!md)
		md = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (!md || !EVP_Digest(bytes, count, out, NULL, md, NULL))
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
