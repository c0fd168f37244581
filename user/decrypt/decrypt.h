/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * decrypt.h - the record protection of one connection, with secrets from a key log.
 *
 * It follows what changes keys: the caller tells of hellos, of ChangeCipherSpec, of
 * every handshake message, and of records that it cannot hand over.
 */
#ifndef TT_DECRYPT_DECRYPT_H
#define TT_DECRYPT_DECRYPT_H

#include "decrypt/keylog.h"
#include "decrypt/keys.h"
#include "model/hello.h"

enum decrypt_side { DECRYPT_CLIENT, DECRYPT_SERVER };

enum decrypt_result {
	DECRYPT_OPENED,
	DECRYPT_NO_KEYS, /* none are in force, or they were given up before */
	DECRYPT_UNTOLD,	 /* early data that the server may have refused: nothing is wrong */
	DECRYPT_FAILED,	 /* it does not verify; the side is given up */
};

struct decrypt;

/* NULL when out of memory. `log` outlives it. */
struct decrypt *decrypt_new(const struct keylog *log);
void decrypt_free(struct decrypt *d); /* keys are overwritten; NULL is allowed */

/* The hellos of a handshake, of a renegotiation too; a HelloRetryRequest is none. */
void decrypt_client_hello(struct decrypt *d, const struct client_hello *hello);
void decrypt_server_hello(struct decrypt *d, const struct server_hello *hello);
/* ChangeCipherSpec up to TLS 1.2: the sender's new keys. */
void decrypt_change(struct decrypt *d, enum decrypt_side sender);
/* A whole handshake message came out of an opened record. */
void decrypt_message(struct decrypt *d, enum decrypt_side sender, uint8_t type);

/* Keys are in force for what this side sends. */
bool decrypt_ready(const struct decrypt *d, enum decrypt_side sender);
/* A record of this type is application data, and what follows can be opened without it. */
bool decrypt_passes(const struct decrypt *d, enum decrypt_side sender, uint8_t type);
/* Why there are none though the key log was asked; static, NULL when nothing is amiss. */
const char *decrypt_why(const struct decrypt *d, enum decrypt_side sender);
/* Open a record into out[OPENED_BYTES]; *bytes and *type are the plaintext's. */
enum decrypt_result decrypt_open(struct decrypt *d, enum decrypt_side sender,
				 const struct sealed *in, uint8_t *out, int *bytes, uint8_t *type);
/* `records` protected records went by whose bodies are not to be had. */
void decrypt_skip(struct decrypt *d, enum decrypt_side sender, uint64_t records);
/* An unknown number of them did. */
void decrypt_gap(struct decrypt *d, enum decrypt_side sender);

#endif /* TT_DECRYPT_DECRYPT_H */
