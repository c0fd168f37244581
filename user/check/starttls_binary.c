/* SPDX-License-Identifier: GPL-2.0-only */
/* starttls_binary.c - LDAP, PostgreSQL, MySQL. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "check/starttls.h"

#define LDAP_MOST 512
#define MYSQL_MOST 1024
#define CLIENT_SSL 0x0800

static int no(char *why, const char *text)
{
	snprintf(why, STARTTLS_WHY_BYTES, "%s", text);
	return -1;
}

/* A BER tag that must be there and its length (X.690 8.1.3, short and long form); -1: none. */
static int ber(const uint8_t **at, const uint8_t *end, uint8_t tag)
{
	int length, more;

	if (end - *at < 2 || (*at)[0] != tag)
		return -1;
	length = (*at)[1];
	*at += 2;
	if (length & 0x80) {
		more = length & 0x7f;
		if (more < 1 || more > 2 || end - *at < more)
			return -1;
		for (length = 0; more; more--)
			length = length << 8 | *(*at)++;
	}
	return end - *at < length ? -1 : length;
}

/* The whole LDAPMessage, which says its own length; its bytes, or below 0. */
static int ldap_message(struct channel *c, uint8_t message[LDAP_MOST])
{
	int err = channel_exactly(c, message, 2), head = 2, length = message[1];

	if (err)
		return err;
	if (message[0] != 0x30)
		return -EPROTO;
	if (length & 0x80) {
		int more = length & 0x7f;

		if (more < 1 || more > 2)
			return -EPROTO;
		err = channel_exactly(c, message + 2, (size_t)more);
		if (err)
			return err;
		head += more;
		length = more == 1 ? message[2] : message[2] << 8 | message[3];
	}
	if (head + length > LDAP_MOST)
		return -EPROTO;
	err = channel_exactly(c, message + head, (size_t)length);
	return err ? err : head + length;
}

/* RFC 4511 4.14: an ExtendedRequest, whose ExtendedResponse has the result code. */
int starttls_ldap(struct channel *c, const char *domain, char *why)
{
	static const char ask[] = "\x30\x1d\x02\x01\x01\x77\x18\x80\x16" "1.3.6.1.4.1.1466.20037";
	uint8_t message[LDAP_MOST];
	const uint8_t *at = message, *end;
	int got = channel_write(c, ask, sizeof(ask) - 1), length;

	(void)domain;
	got = got ? got : ldap_message(c, message);
	if (got < 0 && got != -EPROTO)
		return got;
	end = message + (got < 0 ? 0 : got);
	if (ber(&at, end, 0x30) < 0 || (length = ber(&at, end, 0x02)) < 0)
		return no(why, "the server's answer is no LDAP message");
	at += length;
	if (ber(&at, end, 0x78) < 0 || ber(&at, end, 0x0a) != 1)
		return no(why, "the server's answer is not the one to StartTLS");
	if (!*at)
		return 0;
	snprintf(why, STARTTLS_WHY_BYTES, "the server refuses StartTLS with LDAP result code %u", *at);
	return -1;
}

/* "SSLRequest" of the message formats in PostgreSQL's documentation. */
int starttls_postgres(struct channel *c, const char *domain, char *why)
{
	static const uint8_t ask[] = { 0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f };
	uint8_t answer;
	int err = channel_write(c, ask, sizeof(ask));

	(void)domain;
	err = err ? err : channel_exactly(c, &answer, 1);
	if (err)
		return err;
	if (answer == 'S')
		return 0;
	if (answer == 'N')
		return no(why, "the server refuses TLS (N to SSLRequest)");
	if (answer == 'E')
		return no(why, "the server answers SSLRequest with an error");
	return no(why, "the server does not speak PostgreSQL");
}

/* Protocol::HandshakeV10 and Protocol::SSLRequest of MySQL's client/server protocol. */
int starttls_mysql(struct channel *c, const char *domain, char *why)
{
	/* LONG_PASSWORD, PROTOCOL_41, SSL, SECURE_CONNECTION; 16 MiB; utf8 */
	static const uint8_t ask[36] = { 32, 0, 0, 1, 0x01, 0x8a, 0, 0, 0, 0, 0, 1, 33 };
	uint8_t packet[MYSQL_MOST], *flags;
	size_t length;
	int err = channel_exactly(c, packet, 4);

	(void)domain;
	if (err)
		return err;
	length = packet[0] | packet[1] << 8 | packet[2] << 16;
	if (!length || length > sizeof(packet))
		return no(why, "the server does not speak MySQL's protocol");
	err = channel_exactly(c, packet, length);
	if (err)
		return err;
	if (packet[0] == 0xff)
		return no(why, "the server answers with an error before its greeting");
	/* The version's text, 4 bytes of thread, 8 of a nonce and a filler come before. */
	flags = memchr(packet, 0, length);
	if (packet[0] != 10 || !flags || flags + 1 + 13 + 2 > packet + length)
		return no(why, "the server does not speak MySQL's protocol");
	flags += 1 + 13;
	if (!((flags[0] | flags[1] << 8) & CLIENT_SSL))
		return no(why, "the server does not offer TLS (no SSL capability in its greeting)");
	return channel_write(c, ask, sizeof(ask));
}
