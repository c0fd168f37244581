/* SPDX-License-Identifier: GPL-2.0-only */
#include "decrypt/suite.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#include "decrypt/kdf.h"
#include "model/names.h"

/* The cipher's part of the IANA name; a longer one stands before its beginning. */
static struct {
	const char *iana, *evp;
	enum suite_kind kind;
	uint8_t key_bytes, iv_bytes, tag_bytes;
	EVP_CIPHER *cipher;
} ciphers[] = {
	{ "AES_128_GCM", "AES-128-GCM", SUITE_GCM, 16, 4, 16, NULL },
	{ "AES_256_GCM", "AES-256-GCM", SUITE_GCM, 32, 4, 16, NULL },
	{ "ARIA_128_GCM", "ARIA-128-GCM", SUITE_GCM, 16, 4, 16, NULL },
	{ "ARIA_256_GCM", "ARIA-256-GCM", SUITE_GCM, 32, 4, 16, NULL },
	{ "CAMELLIA_128_GCM", "CAMELLIA-128-GCM", SUITE_GCM, 16, 4, 16, NULL },
	{ "CAMELLIA_256_GCM", "CAMELLIA-256-GCM", SUITE_GCM, 32, 4, 16, NULL },
	{ "AES_128_CCM_8", "AES-128-CCM", SUITE_CCM, 16, 4, 8, NULL },
	{ "AES_256_CCM_8", "AES-256-CCM", SUITE_CCM, 32, 4, 8, NULL },
	{ "AES_128_CCM", "AES-128-CCM", SUITE_CCM, 16, 4, 16, NULL },
	{ "AES_256_CCM", "AES-256-CCM", SUITE_CCM, 32, 4, 16, NULL },
	{ "CHACHA20_POLY1305", "ChaCha20-Poly1305", SUITE_CHACHA, 32, 12, 16, NULL },
	{ "AES_128_CBC", "AES-128-CBC", SUITE_CBC, 16, 16, 0, NULL },
	{ "AES_256_CBC", "AES-256-CBC", SUITE_CBC, 32, 16, 0, NULL },
	{ "CAMELLIA_128_CBC", "CAMELLIA-128-CBC", SUITE_CBC, 16, 16, 0, NULL },
	{ "CAMELLIA_256_CBC", "CAMELLIA-256-CBC", SUITE_CBC, 32, 16, 0, NULL },
	{ "ARIA_128_CBC", "ARIA-128-CBC", SUITE_CBC, 16, 16, 0, NULL },
	{ "ARIA_256_CBC", "ARIA-256-CBC", SUITE_CBC, 32, 16, 0, NULL },
	{ "SEED_CBC", "SEED-CBC", SUITE_CBC, 16, 16, 0, NULL },
	{ "IDEA_CBC", "IDEA-CBC", SUITE_CBC, 16, 8, 0, NULL },
	{ "3DES_EDE_CBC", "DES-EDE3-CBC", SUITE_CBC, 24, 8, 0, NULL },
	{ "DES_CBC", "DES-CBC", SUITE_CBC, 8, 8, 0, NULL },
	{ "RC4_128", "RC4", SUITE_STREAM, 16, 0, 0, NULL },
	{ "NULL", NULL, SUITE_STREAM, 0, 0, 0, NULL },
};

static const struct {
	const char *iana, *evp;
	uint8_t bytes;
} hashes[] = { { "_MD5", "MD5", 16 },	       { "_SHA", "SHA1", 20 },
	       { "_SHA256", "SHA256", 32 }, { "_SHA384", "SHA384", 48 } };

/* The hash at the end of the name; AEAD suites of RFC 6655 name none. */
static bool take_hash(const char *rest, struct suite *out)
{
	out->prf = "SHA256";
	if (!*rest)
		return suite_is_aead(out);
	for (size_t i = 0; i < sizeof(hashes) / sizeof(*hashes); i++) {
		if (strcmp(rest, hashes[i].iana))
			continue;
		if (!strcmp(rest, "_SHA384"))
			out->prf = "SHA384";
		if (!suite_is_aead(out)) {
			out->mac = hashes[i].evp;
			out->mac_bytes = hashes[i].bytes;
		}
		return true;
	}
	return false;
}

bool suite_of(uint16_t id, struct suite *out)
{
	const char *name = cipher_name(id), *with = name ? strstr(name, "_WITH_") : NULL;

	*out = (struct suite){ 0 };
	if (!name || strncmp(name, "TLS_", 4) || strstr(name, "EXPORT"))
		return false;
	name = with ? with + 6 : name + 4;
	for (size_t i = 0; i < sizeof(ciphers) / sizeof(*ciphers); i++) {
		size_t length = strlen(ciphers[i].iana);

		if (strncmp(name, ciphers[i].iana, length))
			continue;
		if (!ciphers[i].cipher && ciphers[i].evp) {
			ciphers[i].cipher = EVP_CIPHER_fetch(kdf_library(), ciphers[i].evp, NULL);
			ERR_clear_error();
			if (!ciphers[i].cipher)
				return false;
		}
		*out = (struct suite){ .kind = ciphers[i].kind, .cipher = ciphers[i].cipher,
				       .key_bytes = ciphers[i].key_bytes,
				       .tag_bytes = ciphers[i].tag_bytes,
				       .iv_bytes = ciphers[i].iv_bytes };
		return take_hash(name + length, out);
	}
	return false;
}
