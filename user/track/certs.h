/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * certs.h - certificates by their bytes, so that one seen before is not parsed again.
 * A bounded cache of the process; what it evicts lives on while connections hold it.
 */
#ifndef TT_TRACK_CERTS_H
#define TT_TRACK_CERTS_H

#include <stddef.h>
#include <stdint.h>

#include "model/certificate.h"

/* One reference, released by certs_put(). NULL only when out of memory. */
const struct certificate *certs_get(const uint8_t *der, size_t bytes);
void certs_put(const struct certificate *certificate); /* NULL is allowed */

#endif /* TT_TRACK_CERTS_H */
