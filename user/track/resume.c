/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>

#include "track/state.h"

static bool offers_tls13(const struct client_hello *h)
{
	for (unsigned int i = 0; i < h->versions.count; i++)
		if ((u16_at(&h->versions, i) & 0x0f0f) != 0x0a0a && is_tls13(u16_at(&h->versions, i)))
			return true;
	return false;
}

/* An ID of zeros is no session's. */
static bool has_session_id(const struct client_hello *h)
{
	static const uint8_t zeros[32];

	return h->session_id_bytes && memcmp(h->session_id, zeros, h->session_id_bytes);
}

/*
 * A client that offers TLS 1.3 fills the session ID for middleboxes (RFC 8446 4.1.2):
 * alone it is no offer.
 */
void offer_from_client(struct conn *c)
{
	const struct client_hello *h = &c->client;

	static const char *const methods[] = { NULL, "session_id", "ticket", "psk" };

	c->offer = h->psk					  ? OFFER_PSK :
		   h->ticket_bytes				  ? OFFER_TICKET :
		   has_session_id(h) && !offers_tls13(h) ? OFFER_SESSION_ID :
							   OFFER_NONE;
	c->resumption_method = methods[c->offer];
	c->offered = c->resumption_method != NULL;
}

void resume_from_server(struct conn *c)
{
	const struct client_hello *h = &c->client;

	if (is_tls13(c->server.version)) {
		c->resumed = c->server.psk && (h->psk || !h->seen);
		c->resumption_method = h->psk || c->resumed ? "psk" : NULL;
		c->offered = c->resumption_method != NULL;
		return;
	}
	c->resumed = has_session_id(h) && h->session_id_bytes == c->server.session_id_bytes &&
		     !memcmp(h->session_id, c->server.session_id, h->session_id_bytes);
	if (h->ticket_bytes)
		c->resumption_method = "ticket";
	else if (c->resumed)
		c->resumption_method = "session_id";
	c->offered = c->resumption_method != NULL;
}

/* ChangeCipherSpec without a key exchange: the keys are those of an earlier session. */
void resume_from_keys(struct session *s, int dir)
{
	struct conn *c = &s->conn;
	bool by_client = sender_of(s, dir) == ROLE_CLIENT;

	if (!c->server.seen || c->server.hello_retry || session_tls13(s) || s->key_exchange || c->malformed)
		return;
	if (by_client && !(c->client.ticket_bytes && !s->client_key_exchange))
		return;
	c->resumed = c->offered = true;
	if (!c->resumption_method)
		c->resumption_method = "unknown";
}
