/* SPDX-License-Identifier: GPL-2.0-only */
/* tls_peer_json.h - "client", "server" and their certificates inside "tls". */
#ifndef TT_SINK_TLS_PEER_JSON_H
#define TT_SINK_TLS_PEER_JSON_H

#include <stddef.h>

#include "model/conn.h"
#include "util/json.h"

/* A registered name, or "unknown(0xNNNN)". */
void tls_json_code(struct json *j, const char *key, const char *name, unsigned int id);
void tls_json_hex(struct json *j, const char *key, const uint8_t *bytes, size_t count); /* <= 32 */
/* `all`: with the fields that only a tls-message event has. */
void tls_json_client(struct json *j, const struct client_hello *hello, bool all);
/* ServerHello's fingerprint and the server's certificate, when there is either. */
void tls_json_server(struct json *j, const struct conn *conn);
void tls_json_client_certificate(struct json *j, const struct conn *conn);
/* The members of a certificate, into the object that is open. */
void tls_json_certificate(struct json *j, const struct certificate *certificate);

#endif /* TT_SINK_TLS_PEER_JSON_H */
