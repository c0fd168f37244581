/* SPDX-License-Identifier: GPL-2.0-only */
#include "decrypt/kdf.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <stdio.h>
#include <string.h>

OSSL_LIB_CTX *kdf_library(void)
{
	static OSSL_LIB_CTX *library;

	if (library)
		return library;
	library = OSSL_LIB_CTX_new();
	if (library) {
		/* Without the legacy one RC4 and its like are unknown, and told so. */
		OSSL_PROVIDER_load(library, "default");
		OSSL_PROVIDER_load(library, "legacy");
		ERR_clear_error();
	}
	return library;
}

static bool derive(const char *name, OSSL_PARAM *params, uint8_t *out, size_t bytes)
{
	EVP_KDF *kdf = EVP_KDF_fetch(kdf_library(), name, NULL);
	EVP_KDF_CTX *ctx = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	bool good = ctx && EVP_KDF_derive(ctx, out, bytes, params) == 1;

	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	ERR_clear_error();
	return good;
}

bool kdf_key_block(const char *digest, const uint8_t master[48], const uint8_t server_random[32],
		   const uint8_t client_random[32], uint8_t *out, size_t bytes)
{
	static const char label[] = "key expansion";
	uint8_t seed[sizeof(label) - 1 + 64];
	OSSL_PARAM params[4];

	memcpy(seed, label, sizeof(label) - 1);
	memcpy(seed + sizeof(label) - 1, server_random, 32);
	memcpy(seed + sizeof(label) - 1 + 32, client_random, 32);
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)digest, 0);
	params[1] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, (void *)master, 48);
	params[2] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, seed, sizeof(seed));
	params[3] = OSSL_PARAM_construct_end();
	return derive("TLS1-PRF", params, out, bytes);
}

bool kdf_expand_label(const char *digest, const uint8_t *secret, size_t secret_bytes,
		      const char *label, uint8_t *out, size_t bytes)
{
	int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
	uint8_t info[64];
	OSSL_PARAM params[5];
	int length = snprintf((char *)info + 3, sizeof(info) - 4, "tls13 %s", label);

	info[0] = bytes >> 8;
	info[1] = bytes & 0xff;
	info[2] = length;
	info[3 + length] = 0; /* no context */
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)digest, 0);
	params[1] = OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode);
	params[2] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)secret, secret_bytes);
	params[3] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, 4 + length);
	params[4] = OSSL_PARAM_construct_end();
	return derive("HKDF", params, out, bytes);
}
