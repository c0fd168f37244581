/* SPDX-License-Identifier: GPL-2.0-only */
/* hello.h - ClientHello and ServerHello bodies to model (RFC 8446 4.1, RFC 5246 7.4.1). */
#ifndef TT_WIRE_HELLO_H
#define TT_WIRE_HELLO_H

#include <stddef.h>
#include <stdint.h>

#include "model/hello.h"

/*
 * Take the body of the handshake message (without its 4-byte header). *out must
 * be zero or freed but for .no_fingerprints. Return 0, -EBADMSG when a length lies, or -ENOMEM; what was
 * read before stays in *out, whose .seen is set in each case. The caller owns
 * *out and releases it with the function beneath; nothing points into `body`.
 */
int client_hello_parse(const uint8_t *body, size_t bytes, struct client_hello *out);
int server_hello_parse(const uint8_t *body, size_t bytes, struct server_hello *out);
/* The body of EncryptedExtensions (RFC 8446 4.3.1): adds the ALPN to *out. 0 or -EBADMSG. */
int encrypted_extensions_parse(const uint8_t *body, size_t bytes, struct server_hello *out);
/* HelloRetryRequest as a message of its own, type 6, in drafts up to 21. */
int hello_retry_parse(const uint8_t *body, size_t bytes, struct server_hello *out);
/* SSLv2-compatible ClientHello (RFC 5246 E.2), from the message type, 1, on. */
int sslv2_hello_parse(const uint8_t *body, size_t bytes, struct client_hello *out);

/* Leave *hello zero but for the empty name. */
void client_hello_free(struct client_hello *hello);
void server_hello_free(struct server_hello *hello);

#endif /* TT_WIRE_HELLO_H */
