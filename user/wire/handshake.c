/* SPDX-License-Identifier: GPL-2.0-only */
#include "wire/handshake.h"

#include <errno.h>
#include <string.h>

#include "model/names.h"
#include "wire/digest.h"

#define NAMED_CURVE 3 /* ECCurveType, RFC 8422 5.4 */

int certificate_chain(const uint8_t *body, size_t bytes, uint16_t version, struct cursor *leaf)
{
	struct cursor c = { body, body + bytes }, chain;
	int count = 0;

	if (is_tls13(version))
		cur_vector(&c, 1); /* certificate_request_context */
	chain = cur_vector(&c, 3);
	leaf->at = NULL;
	while (cur_left(&chain)) {
		struct cursor one = cur_vector(&chain, 3);

		if (is_tls13(version))
			cur_vector(&chain, 2); /* extensions of this certificate */
		if (!cur_ok(&chain))
			break;
		if (!count++)
			*leaf = one;
	}
	return cur_ok(&chain) ? count : -EBADMSG;
}

bool cipher_is_ecdhe(uint16_t cipher)
{
	const char *name = cipher_name(cipher);

	return name && (!strncmp(name, "TLS_ECDHE_", 10) || !strncmp(name, "TLS_ECDH_anon_", 14));
}

/* ServerECDHParams, after the identity hint of the PSK suites (RFC 5489 2). */
static void key_exchange(struct cursor *c, uint16_t cipher, struct message *m)
{
	const char *name = cipher_name(cipher);

	if (!cipher_is_ecdhe(cipher))
		return;
	if (!strncmp(name, "TLS_ECDHE_PSK_", 14))
		cur_vector(c, 2);
	if (cur_u8(c) == NAMED_CURVE)
		m->group = cur_uint(c, 2);
}

static void ticket(struct cursor *c, uint16_t version, struct message *m)
{
	struct cursor body;

	m->lifetime_s = cur_uint(c, 4);
	if (is_tls13(version)) {
		cur_uint(c, 4);	  /* ticket_age_add */
		cur_vector(c, 1); /* ticket_nonce */
	}
	body = cur_vector(c, 2);
	m->ticket_bytes = cur_left(&body);
	if (m->ticket_bytes)
		short_hash(body.at, m->ticket_bytes, m->ticket_hash);
}

/* RFC 5246 7.4.4; the signature algorithms came with TLS 1.2. RFC 8446 4.3.2. */
static void certificate_request(struct cursor *c, uint16_t version, struct message *m)
{
	struct cursor names;

	if (is_tls13(version)) {
		cur_vector(c, 1);
		cur_vector(c, 2);
		return;
	}
	cur_vector(c, 1); /* certificate types */
	if (version >= 0x0303)
		cur_vector(c, 2);
	names = cur_vector(c, 2);
	while (cur_left(&names)) {
		cur_vector(&names, 2);
		m->ca_count++;
	}
	if (!cur_ok(&names))
		c->at = NULL;
}

int handshake_fields(const uint8_t *body, size_t bytes, uint16_t version, uint16_t cipher,
		     struct message *message)
{
	struct cursor c = { body, body + bytes };

	switch (message->type) {
	case HS_SERVER_KEY_EXCHANGE: key_exchange(&c, cipher, message); break;
	case HS_NEW_SESSION_TICKET: ticket(&c, version, message); break;
	case HS_CERTIFICATE_STATUS:
		message->status_type = cur_u8(&c);
		cur_vector(&c, 3);
		break;
	case HS_CERTIFICATE_REQUEST: certificate_request(&c, version, message); break;
	case HS_COMPRESSED_CERTIFICATE:
		message->compression = cur_uint(&c, 2);
		cur_uint(&c, 3); /* length when uncompressed */
		cur_vector(&c, 3);
		break;
	}
	return cur_ok(&c) ? 0 : -EBADMSG;
}
