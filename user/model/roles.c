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
	if (!is_ipv4(endpoint)) {
		inet_ntop(AF_INET6, endpoint->address, text, ADDRESS_TEXT);
		return;
	}
	for (int i = 12; i < 16; i++) {
		uint8_t byte = endpoint->address[i];

		if (byte >= 100)
			*text++ = (char)('0' + byte / 100);
		if (byte >= 10)
			*text++ = (char)('0' + byte / 10 % 10);
		*text++ = (char)('0' + byte % 10);
		*text++ = i < 15 ? '.' : '\0';
	}
}

size_t endpoint_text(const struct endpoint *endpoint, char text[ENDPOINT_TEXT])
{
	bool brackets = !is_ipv4(endpoint);
	char *at = text;
	unsigned int unit = 1;

	if (brackets)
		*at++ = '[';
	address_text(endpoint, at);
	at += strlen(at);
	if (brackets)
		*at++ = ']';
	*at++ = ':';
	while (endpoint->port / unit >= 10)
		unit *= 10;
	for (; unit; unit /= 10)
		*at++ = (char)('0' + endpoint->port / unit % 10);
	*at = 0;
	return (size_t)(at - text);
}

const char *role_name(enum tls_role role)
{
	return role == ROLE_CLIENT ? "client" : role == ROLE_SERVER ? "server" : NULL;
}
