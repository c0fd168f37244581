/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <openssl/evp.h>
#include <string.h>

#include "decrypt/keys.h"
#include "model/hello.h"

#define NONCE_BYTES 12
#define EXPLICIT_BYTES 8
#define LAST_DRAFT_WITHOUT_AAD 0x7f18 /* 24 */

static size_t explicit_bytes(const struct keys *k)
{
	return is_tls13(k->version) || k->suite.kind == SUITE_CHACHA ? 0 : EXPLICIT_BYTES;
}

static void nonce_of(const struct keys *k, const struct sealed *in, uint8_t nonce[NONCE_BYTES])
{
	if (explicit_bytes(k)) {
		memcpy(nonce, k->iv, 4);
		memcpy(nonce + 4, in->body, EXPLICIT_BYTES);
		return;
	}
	memcpy(nonce, k->iv, NONCE_BYTES);
	for (int i = 0; i < 8; i++)
		nonce[4 + i] ^= (uint8_t)(k->sequence >> (56 - 8 * i));
}

static size_t additional_data(const struct keys *k, const struct sealed *in, size_t text,
			      uint8_t aad[13])
{
	if (!is_tls13(k->version)) {
		keys_header(k, in, text, aad);
		return 13;
	}
	if (k->version >> 8 == 0x7f && k->version <= LAST_DRAFT_WITHOUT_AAD)
		return 0;
	memcpy(aad, (uint8_t[]){ in->type, in->version >> 8, in->version & 0xff, in->bytes >> 8,
				 in->bytes & 0xff }, 5);
	return 5;
}

static int prepare(struct keys *k, const uint8_t *nonce, const uint8_t *tag)
{
	EVP_CIPHER_CTX *ctx = k->ctx;

	return EVP_DecryptInit_ex(ctx, k->suite.cipher, NULL, NULL, NULL) == 1 &&
	       EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, NONCE_BYTES, NULL) == 1 &&
	       EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, k->suite.tag_bytes, (void *)tag) == 1 &&
	       EVP_DecryptInit_ex(ctx, NULL, NULL, k->key, nonce) == 1;
}

int aead_open(struct keys *k, const struct sealed *in, uint8_t *out)
{
	size_t begin = explicit_bytes(k), text;
	uint8_t nonce[NONCE_BYTES], aad[13];
	const uint8_t *from = in->body + begin;
	int done, aad_bytes;

	if (in->bytes < begin + k->suite.tag_bytes)
		return -EBADMSG;
	text = in->bytes - begin - k->suite.tag_bytes;
	nonce_of(k, in, nonce);
	aad_bytes = (int)additional_data(k, in, text, aad);
	if (!prepare(k, nonce, from + text))
		return -EBADMSG;
	/* CCM wants the length first, and verifies at once. */
	if (k->suite.kind == SUITE_CCM &&
	    EVP_DecryptUpdate(k->ctx, NULL, &done, NULL, (int)text) != 1)
		return -EBADMSG;
	if ((aad_bytes && EVP_DecryptUpdate(k->ctx, NULL, &done, aad, aad_bytes) != 1) ||
	    EVP_DecryptUpdate(k->ctx, out, &done, from, (int)text) != 1)
		return -EBADMSG;
	if (k->suite.kind != SUITE_CCM && EVP_DecryptFinal_ex(k->ctx, out + done, &done) != 1)
		return -EBADMSG;
	return (int)text;
}
