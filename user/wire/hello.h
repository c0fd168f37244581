/* SPDX-License-Identifier: GPL-2.0-only */
/* hello.h - ClientHello and ServerHello bodies to model (RFC 8446 4.1, RFC 5246 7.4.1). */
#ifndef TT_WIRE_HELLO_H
#define TT_WIRE_HELLO_H

#include <stddef.h>
#include <stdint.h>

#include "model/conn.h"

/*
 * Take the body of the handshake message (without its 4-byte header).
 * Return 0, or -EBADMSG when a length lies; what was read before stays in *out,
 * whose .seen is set in both cases. Own nothing.
 */
int client_hello_parse(const uint8_t *body, size_t bytes, struct client_hello *out);
int server_hello_parse(const uint8_t *body, size_t bytes, struct server_hello *out);

#endif /* TT_WIRE_HELLO_H */
