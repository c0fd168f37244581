/* SPDX-License-Identifier: GPL-2.0-only */
#include "model/roles.h"

#include <arpa/inet.h>
#include <string.h>

bool local_is_client(const struct conn *conn)
{
	if (conn->role == ROLE_UNKNOWN)
		return conn->local.port > conn->remote.port;
	return conn->role == ROLE_CLIENT;
}

const struct endpoint *client_of(const struct conn *conn)
{
	return local_is_client(conn) ? &conn->local : &conn->remote;
}

const struct endpoint *server_of(const struct conn *conn)
{
	return local_is_client(conn) ? &conn->remote : &conn->local;
}

bool is_ipv4(const struct endpoint *endpoint)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	return !memcmp(endpoint->address, mapped, sizeof(mapped));
}

void address_text(const struct endpoint *endpoint, char text[ADDRESS_TEXT])
{
	bool v4 = is_ipv4(endpoint);

	inet_ntop(v4 ? AF_INET : AF_INET6, endpoint->address + (v4 ? 12 : 0), text, ADDRESS_TEXT);
}

const char *role_name(enum tls_role role)
{
	return role == ROLE_CLIENT ? "client" : role == ROLE_SERVER ? "server" : NULL;
}
