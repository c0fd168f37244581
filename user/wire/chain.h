/* SPDX-License-Identifier: GPL-2.0-only */
/* chain.h - how the certificates of one Certificate message lead from one to the next. */
#ifndef TT_WIRE_CHAIN_H
#define TT_WIRE_CHAIN_H

#include <stddef.h>
#include <stdint.h>

#include "model/certificate.h"

/*
 * Follow the issuers' names from the first certificate on (RFC 5280 6.1: names chain). The
 * message is one of certificate_chain(); signatures are not checked. Zeros where it lies.
 */
struct certificate_path certificate_path(const uint8_t *body, size_t bytes, uint16_t version);

#endif /* TT_WIRE_CHAIN_H */
