/* SPDX-License-Identifier: GPL-2.0-only */
/* message.h - one readable handshake message with its fields. */
#ifndef TT_MODEL_MESSAGE_H
#define TT_MODEL_MESSAGE_H

#include "model/certificate.h"
#include "model/hello.h"

/* Pointers are NULL for other types; valid as long as the connection's fact is. */
struct message {
	uint8_t type;
	uint8_t sender; /* enum tls_role */
	bool sent;	/* by the local end */
	bool malformed; /* a length inside lies */
	bool truncated; /* bytes are missing: nothing of it was read */
	uint8_t chain_length;	 /* certificate */
	uint8_t status_type;	 /* certificate_status: 1 is OCSP */
	uint16_t group;		 /* server_key_exchange: named curve, 0 when there is none */
	uint16_t compression;	 /* compressed_certificate */
	uint16_t ca_count;	 /* certificate_request: names of authorities */
	uint32_t length;	 /* of the body */
	uint32_t lifetime_s;	 /* new_session_ticket */
	uint32_t ticket_bytes;	 /* new_session_ticket */
	uint8_t ticket_hash[SHORT_HASH];
	const struct client_hello *client;
	const struct server_hello *server;
	const struct certificate *certificate;
};

#endif /* TT_MODEL_MESSAGE_H */
