/* SPDX-License-Identifier: GPL-2.0-only */
/* kdf.h - from secrets to keys, through OpenSSL's EVP_KDF. */
#ifndef TT_DECRYPT_KDF_H
#define TT_DECRYPT_KDF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/types.h>

/*
 * OpenSSL with its legacy provider, for ciphers that no longer are in the default one;
 * a library context of our own, so that nothing else sees them. NULL when out of memory.
 */
OSSL_LIB_CTX *kdf_library(void);

/*
 * "key expansion" of RFC 5246 6.3 with the hash `digest`, or of RFC 2246 with
 * "MD5-SHA1". False when OpenSSL refuses.
 */
bool kdf_key_block(const char *digest, const uint8_t master[48], const uint8_t server_random[32],
		   const uint8_t client_random[32], uint8_t *out, size_t bytes);

/* HKDF-Expand-Label with an empty context, RFC 8446 7.1. */
bool kdf_expand_label(const char *digest, const uint8_t *secret, size_t secret_bytes,
		      const char *label, uint8_t *out, size_t bytes);

#endif /* TT_DECRYPT_KDF_H */
