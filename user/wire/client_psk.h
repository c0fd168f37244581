/* SPDX-License-Identifier: GPL-2.0-only */
/* client_psk.h - what a ClientHello offers to resume (RFC 8446 4.2.11, RFC 5077). */
#ifndef TT_WIRE_CLIENT_PSK_H
#define TT_WIRE_CLIENT_PSK_H

#include "model/hello.h"
#include "wire/cursor.h"

/* The body of pre_shared_key, up to the binders; 0 when a length inside lies. */
int client_psk(struct cursor *body, struct client_hello *out);
/* The body of session_ticket. */
void client_ticket(const struct cursor *body, struct client_hello *out);

#endif /* TT_WIRE_CLIENT_PSK_H */
