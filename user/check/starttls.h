/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * starttls.h - protocols that begin in plain text, up to where TLS begins. What the server
 * says is untrusted: it is bounded here and to be escaped where it is shown.
 */
#ifndef TT_CHECK_STARTTLS_H
#define TT_CHECK_STARTTLS_H

#include "check/channel.h"

#define STARTTLS_WHY_BYTES 192

/* The port of a protocol, 0 when there is no such protocol here. */
uint16_t starttls_port(const char *protocol);
/*
 * Ask for TLS; `domain` is named to servers that host several. 0: the ClientHello is next.
 * -1 after filling `why`; else -errno of the connection, -ENODATA when the server hung up.
 */
int starttls(struct channel *c, const char *protocol, const char *domain,
	     char why[STARTTLS_WHY_BYTES]);

/* Binary protocols; starttls_binary.c. */
int starttls_ldap(struct channel *c, const char *domain, char *why);
int starttls_postgres(struct channel *c, const char *domain, char *why);
int starttls_mysql(struct channel *c, const char *domain, char *why);

#endif /* TT_CHECK_STARTTLS_H */
