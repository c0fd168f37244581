/* SPDX-License-Identifier: GPL-2.0-only */
/* roles.h - a connection seen by TLS role. */
#ifndef TT_MODEL_ROLES_H
#define TT_MODEL_ROLES_H

#include "model/conn.h"

#define ADDRESS_TEXT 46 /* INET6_ADDRSTRLEN */
#define ENDPOINT_TEXT (ADDRESS_TEXT + sizeof("[]:65535"))

/*
 * Which end is the client. Where no hello was seen the lower port is taken
 * for the server's, to have columns to print; conn->role stays unknown.
 */
bool local_is_client(const struct conn *conn);
const struct endpoint *client_of(const struct conn *conn);
const struct endpoint *server_of(const struct conn *conn);
void address_text(const struct endpoint *endpoint, char text[ADDRESS_TEXT]);
/* "192.0.2.1:443", "[2001:db8::1]:443"; its length. */
size_t endpoint_text(const struct endpoint *endpoint, char text[ENDPOINT_TEXT]);
bool is_ipv4(const struct endpoint *endpoint);
const char *role_name(enum tls_role role); /* NULL when unknown */

#endif /* TT_MODEL_ROLES_H */
