/* SPDX-License-Identifier: GPL-2.0-only */
/* suite.h - how a cipher suite protects records. */
#ifndef TT_DECRYPT_SUITE_H
#define TT_DECRYPT_SUITE_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/types.h>

enum suite_kind { SUITE_GCM, SUITE_CCM, SUITE_CHACHA, SUITE_CBC, SUITE_STREAM };

struct suite {
	enum suite_kind kind;
	EVP_CIPHER *cipher; /* fetched once, never freed; NULL: the NULL cipher */
	const char *mac;    /* hash of the record MAC; NULL for an AEAD */
	const char *prf;    /* hash of TLS 1.2's PRF and of TLS 1.3's HKDF */
	uint8_t key_bytes, mac_bytes, tag_bytes;
	uint8_t iv_bytes; /* CBC: a block; AEAD up to TLS 1.2: what the key block gives */
};

/* Read off the suite's IANA name. False: not known, exportable, or OpenSSL lacks it. */
bool suite_of(uint16_t id, struct suite *out);

static inline bool suite_is_aead(const struct suite *s)
{
	return s->kind <= SUITE_CHACHA;
}

#endif /* TT_DECRYPT_SUITE_H */
