/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * names.h - IANA names of TLS code points. Each returns a static string, or
 * NULL for an unregistered code; GREASE values (RFC 8701) are "GREASE".
 */
#ifndef TT_MODEL_NAMES_H
#define TT_MODEL_NAMES_H

#include <stdint.h>

const char *cipher_name(uint16_t id);	     /* "TLS_AES_128_GCM_SHA256" */
const char *group_name(uint16_t id);	     /* "x25519" */
const char *signature_name(uint16_t id);     /* "rsa_pss_rsae_sha256" */
const char *alert_name(uint8_t description); /* "bad_record_mac" */
const char *record_type_name(uint8_t type);  /* "handshake" */
const char *handshake_type_name(uint8_t type); /* "client_hello" */
const char *extension_name(uint16_t id);       /* "server_name" */
const char *certificate_compression_name(uint16_t id); /* "zlib" */
const char *version_name(uint16_t version);  /* "1.2", "ssl3"; a draft of 1.3 is "1.3" */

#endif /* TT_MODEL_NAMES_H */
