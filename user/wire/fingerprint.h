/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fingerprint.h - JA3 and JA3S (MD5 of decimal lists in wire order) and JA4 of the
 * client (its technical specification; BSD-licensed part). GREASE values are left out.
 */
#ifndef TT_WIRE_FINGERPRINT_H
#define TT_WIRE_FINGERPRINT_H

#include "model/hello.h"

/*
 * Set hello->ja3 and ->ja4 from its lists. JA3 stays empty where MD5 is forbidden,
 * both do for an SSLv2 hello.
 */
void client_fingerprints(struct client_hello *hello);
/* Set hello->ja3s; `extensions` are those of the message, in order. */
void server_fingerprint(struct server_hello *hello, const struct u16_list *extensions);

#endif /* TT_WIRE_FINGERPRINT_H */
