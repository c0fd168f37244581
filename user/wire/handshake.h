/* SPDX-License-Identifier: GPL-2.0-only */
/* handshake.h - the handshake messages besides the hellos, and the framing of all. */
#ifndef TT_WIRE_HANDSHAKE_H
#define TT_WIRE_HANDSHAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/message.h"
#include "wire/cursor.h"

#define HANDSHAKE_HEADER_BYTES 4

enum handshake_type {
	HS_HELLO_REQUEST = 0,
	HS_CLIENT_HELLO = 1,
	HS_SERVER_HELLO = 2,
	HS_NEW_SESSION_TICKET = 4,
	HS_HELLO_RETRY_REQUEST = 6,
	HS_ENCRYPTED_EXTENSIONS = 8,
	HS_CERTIFICATE = 11,
	HS_SERVER_KEY_EXCHANGE = 12,
	HS_CERTIFICATE_REQUEST = 13,
	HS_SERVER_HELLO_DONE = 14,
	HS_CLIENT_KEY_EXCHANGE = 16,
	HS_FINISHED = 20,
	HS_CERTIFICATE_STATUS = 22,
	HS_COMPRESSED_CERTIFICATE = 25,
};

/*
 * The Certificate message (RFC 5246 7.4.2, RFC 8446 4.4.2). *leaf is the first
 * certificate's DER inside `body`, at NULL when the chain is empty. Return the
 * number of certificates, or -EBADMSG (then *leaf is what could be read).
 */
int certificate_chain(const uint8_t *body, size_t bytes, uint16_t version, struct cursor *leaf);

/*
 * Fill what message->type has: the group of ServerKeyExchange (`cipher` tells
 * whether it is an elliptic-curve one), lifetime and digest of NewSessionTicket,
 * the type of CertificateStatus, the authorities of CertificateRequest.
 * Return 0 or -EBADMSG.
 */
int handshake_fields(const uint8_t *body, size_t bytes, uint16_t version, uint16_t cipher,
		     struct message *message);

/* Whether the suite's ServerKeyExchange begins with elliptic-curve parameters. */
bool cipher_is_ecdhe(uint16_t cipher);

#endif /* TT_WIRE_HANDSHAKE_H */
