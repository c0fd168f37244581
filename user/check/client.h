/* SPDX-License-Identifier: GPL-2.0-only */
/* client.h - OpenSSL as the client that was asked for, limited to one version. */
#ifndef TT_CHECK_CLIENT_H
#define TT_CHECK_CLIENT_H

#include <openssl/ssl.h>

#include "check/check.h"

enum client_wish {
	CLIENT_VERIFIES = 1,   /* refuses a certificate that it does not trust */
	CLIENT_OR_BEFORE = 4,  /* the version before it is offered too */
	CLIENT_NO_TICKETS = 2, /* up to TLS 1.2: sessions by their ID only */
};

/*
 * A client of that version (TLS1_3_VERSION...) and, without a wish, no other. NULL after filling `error`;
 * *usage as of check_new(). For versions below TLS 1.2 the security level is lowered to 0.
 */
SSL_CTX *client_new(const struct check_config *config, int version, unsigned int wishes,
		    char error[CHECK_ERROR_BYTES], bool *usage);
/* Why no ClientHello of that version can be made here, static; NULL: it can. */
const char *client_lacks(SSL_CTX *client, const struct check_config *config, int version);
const char *client_version_name(int version); /* "TLS 1.3" */

#endif /* TT_CHECK_CLIENT_H */
