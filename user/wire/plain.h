/* SPDX-License-Identifier: GPL-2.0-only */
/* wire/plain.h - the first bytes of a direction to the name of their protocol. */
#ifndef TT_WIRE_PLAIN_H
#define TT_WIRE_PLAIN_H

#include <stddef.h>
#include <stdint.h>

#include "model/plain.h"

/* Name a protocol by how it begins; what is not known stays without a name. */
struct plain plain_read(const uint8_t *bytes, size_t count);

#endif /* TT_WIRE_PLAIN_H */
