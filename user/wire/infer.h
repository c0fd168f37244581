/* SPDX-License-Identifier: GPL-2.0-only */
/* infer.h - what lengths alone tell when bytes are missing. */
#ifndef TT_WIRE_INFER_H
#define TT_WIRE_INFER_H

#include <stdbool.h>
#include <stdint.h>

#include "model/certificate.h"

/*
 * The families of cipher that give the first protected handshake record, a
 * Finished, this length; `version` is the record header's. NULL: none does.
 * RFC 6101 5.6.9 (36 bytes), RFC 5246 7.4.9 (12), RFC 8446 4.4.4 (the hash's size).
 */
const char *finished_family(uint16_t version, uint8_t record_type, uint16_t length);

/*
 * The session ID's length in a ServerHello without extensions that is alone in
 * its record (RFC 5246 7.4.1.3), or -1 when no such one is that long.
 */
int server_hello_session_id(uint16_t record_length);

/* An alert as a protected record of TLS 1.3 without padding (RFC 8446 5.2). */
uint16_t tls13_alert_bytes(uint16_t cipher);

/* Java (JSSE) appends 16 zeros to all that is no application data. */
#define JSSE_PADDING 16
/* Whether a protected record of TLS 1.3 is as long as a Finished that was padded so. */
bool is_padded_finished(uint16_t cipher, uint16_t length);

/*
 * What the first protected record of a TLS 1.3 client after the server's flight holds, by
 * its length: enum certificate_hint. An inference: padding would mislead it.
 */
enum certificate_hint certificate_hint(uint16_t cipher, uint16_t length);

#endif /* TT_WIRE_INFER_H */
