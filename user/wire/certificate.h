/* SPDX-License-Identifier: GPL-2.0-only */
/* certificate.h - DER to facts, through OpenSSL's X.509. */
#ifndef TT_WIRE_CERTIFICATE_H
#define TT_WIRE_CERTIFICATE_H

#include <stddef.h>
#include <stdint.h>

#include "model/certificate.h"

/*
 * Read one certificate whose SHA-256 the caller has computed. Never NULL but for
 * want of memory: what OpenSSL cannot read keeps its digest, with .readable
 * unset. The caller owns the result.
 */
struct certificate *certificate_parse(const uint8_t *der, size_t bytes, const uint8_t sha256[32]);
void certificate_free(struct certificate *certificate);

#endif /* TT_WIRE_CERTIFICATE_H */
