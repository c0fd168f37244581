/* SPDX-License-Identifier: GPL-2.0-only */
/* keys.h - the keys of one direction and one epoch, and the records they open. */
#ifndef TT_DECRYPT_KEYS_H
#define TT_DECRYPT_KEYS_H

#include <stddef.h>

#include "decrypt/suite.h"

#define KEY_BYTES 32
#define MAC_BYTES 48
#define IV_BYTES 16
#define OPENED_BYTES 18432 /* no record's plaintext is longer, whatever its peer says */

struct keys {
	bool set;
	bool encrypt_then_mac;
	uint16_t version; /* negotiated */
	struct suite suite;
	uint64_t sequence; /* of the next record */
	uint8_t key[KEY_BYTES], mac[MAC_BYTES], iv[IV_BYTES];
	EVP_CIPHER_CTX *ctx;
};

/* A protected record; `version` is its header's. */
struct sealed {
	const uint8_t *body;
	uint16_t bytes, version;
	uint8_t type;
};

/*
 * Open one record into out[OPENED_BYTES]: the plaintext's bytes, or -EBADMSG when it
 * does not verify. The sequence number goes on only when it does. *type becomes the
 * inner one in TLS 1.3.
 */
int keys_open(struct keys *k, const struct sealed *in, uint8_t *out, uint8_t *type);
/* Set the keys that TLS 1.3 makes of a traffic secret, RFC 8446 7.3; false: OpenSSL refuses. */
bool keys_traffic(struct keys *k, uint16_t version, const struct suite *suite,
		  const uint8_t *secret, size_t secret_bytes);
/* Whether a record can be opened though the one before was not seen. */
bool keys_independent(const struct keys *k);
void keys_clear(struct keys *k); /* overwritten; also frees */

/* aead.c (RFC 5288, 6655, 7905, 8446 5.2) and cbc.c (RFC 5246 6.2.3, RFC 7366). */
int aead_open(struct keys *k, const struct sealed *in, uint8_t *out);
int cbc_open(struct keys *k, const struct sealed *in, uint8_t *out);
int stream_open(struct keys *k, const struct sealed *in, uint8_t *out);

/* Sequence number, type, version and length: what a MAC begins with. RFC 5246 6.2.3.1. */
void keys_header(const struct keys *k, const struct sealed *in, size_t bytes, uint8_t head[13]);

#endif /* TT_DECRYPT_KEYS_H */
