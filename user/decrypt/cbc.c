/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ciphers with a MAC beside them. Nothing here runs in constant time: who reads a capture
 * answers nobody.
 */
#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#include "decrypt/kdf.h"
#include "decrypt/keys.h"

/* HMAC over the header and `bytes` bytes, against `expected`. */
static bool verify(const struct keys *k, const struct sealed *in, const uint8_t *data, size_t bytes,
		   const uint8_t *expected)
{
	uint8_t head[13], message[13 + OPENED_BYTES], mac[EVP_MAX_MD_SIZE];
	size_t got = 0;
	bool good;

	keys_header(k, in, bytes, head);
	memcpy(message, head, sizeof(head));
	memcpy(message + sizeof(head), data, bytes);
	good = EVP_Q_mac(kdf_library(), "HMAC", NULL, k->suite.mac, NULL, k->mac,
			 k->suite.mac_bytes, message, sizeof(head) + bytes, mac, sizeof(mac),
			 &got) &&
	       got == k->suite.mac_bytes && !CRYPTO_memcmp(mac, expected, got);
	OPENSSL_cleanse(message, sizeof(head) + bytes);
	return good;
}

/* Bytes without padding and its length, or -EBADMSG. RFC 5246 6.2.3.2. */
static int unpadded(const uint8_t *out, int bytes)
{
	int pad = bytes > 0 ? out[bytes - 1] : 0;

	if (pad + 1 > bytes)
		return -EBADMSG;
	for (int i = bytes - 1 - pad; i < bytes; i++)
		if (out[i] != pad)
			return -EBADMSG;
	return bytes - 1 - pad;
}

static bool decrypt(struct keys *k, const uint8_t *iv, const uint8_t *from, int bytes, uint8_t *out)
{
	int done;

	return EVP_DecryptInit_ex(k->ctx, k->suite.cipher, NULL, k->key, iv) == 1 &&
	       EVP_CIPHER_CTX_set_padding(k->ctx, 0) == 1 &&
	       EVP_DecryptUpdate(k->ctx, out, &done, from, bytes) == 1 && done == bytes;
}

int cbc_open(struct keys *k, const struct sealed *in, uint8_t *out)
{
	int block = k->suite.iv_bytes, mac = k->suite.mac_bytes, text;
	bool own_iv = k->version > 0x0301; /* each record has its own since TLS 1.1 */
	int bytes = in->bytes - (k->encrypt_then_mac ? mac : 0);
	const uint8_t *iv = own_iv ? in->body : k->iv, *from = in->body + (own_iv ? block : 0);

	if (bytes < (own_iv ? 2 : 1) * block || bytes % block)
		return -EBADMSG;
	if (k->encrypt_then_mac && !verify(k, in, in->body, bytes, in->body + bytes))
		return -EBADMSG;
	text = bytes - (own_iv ? block : 0);
	if (!decrypt(k, iv, from, text, out))
		return -EBADMSG;
	text = unpadded(out, text);
	if (!k->encrypt_then_mac && text >= 0)
		text = text < mac || !verify(k, in, out, text - mac, out + text - mac) ? -EBADMSG :
										       text - mac;
	if (text >= 0 && !own_iv)
		memcpy(k->iv, in->body + bytes - block, block);
	return text;
}

int stream_open(struct keys *k, const struct sealed *in, uint8_t *out)
{
	int text = in->bytes - k->suite.mac_bytes, done;

	if (text < 0)
		return -EBADMSG;
	if (!k->suite.cipher) {
		memcpy(out, in->body, in->bytes);
	} else {
		/* The state of a stream lives on from record to record. */
		if (!k->sequence &&
		    EVP_DecryptInit_ex(k->ctx, k->suite.cipher, NULL, k->key, NULL) != 1)
			return -EBADMSG;
		if (EVP_DecryptUpdate(k->ctx, out, &done, in->body, in->bytes) != 1)
			return -EBADMSG;
	}
	return verify(k, in, out, text, out + text) ? text : -EBADMSG;
}
