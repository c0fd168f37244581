/* SPDX-License-Identifier: GPL-2.0-only */
#include "decrypt/keys.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "decrypt/kdf.h"
#include "model/hello.h"

void keys_header(const struct keys *k, const struct sealed *in, size_t bytes, uint8_t head[13])
{
	for (int i = 0; i < 8; i++)
		head[i] = (uint8_t)(k->sequence >> (56 - 8 * i));
	head[8] = in->type;
	head[9] = in->version >> 8;
	head[10] = in->version & 0xff;
	head[11] = (uint8_t)(bytes >> 8);
	head[12] = bytes & 0xff;
}

/* TLSInnerPlaintext, RFC 8446 5.2: content, type, zeros. */
static int inner(const uint8_t *out, int bytes, uint8_t *type)
{
	while (bytes > 0 && !out[bytes - 1])
		bytes--;
	if (bytes <= 0)
		return -EBADMSG;
	*type = out[bytes - 1];
	return bytes - 1;
}

int keys_open(struct keys *k, const struct sealed *in, uint8_t *out, uint8_t *type)
{
	int bytes = -EBADMSG;

	*type = in->type;
	if (!k->set || in->bytes > OPENED_BYTES)
		return -EBADMSG;
	if (!k->ctx)
		k->ctx = EVP_CIPHER_CTX_new();
	if (!k->ctx)
		return -ENOMEM;
	if (suite_is_aead(&k->suite))
		bytes = aead_open(k, in, out);
	else if (k->suite.kind == SUITE_CBC)
		bytes = cbc_open(k, in, out);
	else
		bytes = stream_open(k, in, out);
	if (bytes >= 0 && is_tls13(k->version))
		bytes = inner(out, bytes, type);
	if (bytes >= 0)
		k->sequence++;
	ERR_clear_error();
	return bytes;
}

bool keys_traffic(struct keys *k, uint16_t version, const struct suite *suite,
		  const uint8_t *secret, size_t secret_bytes)
{
	keys_clear(k);
	k->version = version;
	k->suite = *suite;
	k->set = kdf_expand_label(suite->prf, secret, secret_bytes, "key", k->key,
				  suite->key_bytes) &&
		 kdf_expand_label(suite->prf, secret, secret_bytes, "iv", k->iv, 12);
	return k->set;
}

bool keys_independent(const struct keys *k)
{
	return suite_is_aead(&k->suite) || !k->suite.cipher ||
	       (k->suite.kind == SUITE_CBC && k->version > 0x0301);
}

void keys_clear(struct keys *k)
{
	EVP_CIPHER_CTX_free(k->ctx); /* overwrites what it holds */
	OPENSSL_cleanse(k, sizeof(*k));
}
