/* SPDX-License-Identifier: GPL-2.0-only */
#include "wire/plain.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* Beginnings, without regard to case. The first that fits names the protocol. */
static const struct {
	const char *begins, *protocol;
} beginnings[] = {
	{ "PROXY ", "the PROXY protocol" },
	{ "GET ", "HTTP" },
	{ "POST ", "HTTP" },
	{ "HEAD ", "HTTP" },
	{ "PUT ", "HTTP" },
	{ "DELETE ", "HTTP" },
	{ "OPTIONS ", "HTTP" },
	{ "PATCH ", "HTTP" },
	{ "TRACE ", "HTTP" },
	{ "CONNECT ", "HTTP" },
	{ "HTTP/", "HTTP" },
	{ "<!DOCTYPE HTML", "HTTP" }, /* HTTP/0.9: what is no request is answered with the page alone */
	{ "<html", "HTTP" },
	{ "PRI * HTTP/2", "HTTP/2" },
	{ "SSH-", "SSH" },
	{ "EHLO ", "SMTP" },
	{ "HELO ", "SMTP" },
	{ "LHLO ", "LMTP" },
	{ "* OK", "IMAP" },
	{ "* PREAUTH", "IMAP" },
	{ "* BYE", "IMAP" },
	{ "+OK", "POP3" },
	{ "RFB 0", "VNC" },
	{ "AMQP", "AMQP" },
	{ "<?xml", "XMPP" },
	{ "<stream:stream", "XMPP" },
	{ "-ERR ", "POP3 or Redis" },
	{ "-NOAUTH", "Redis" },
	{ "*1\r\n$", "Redis" },
	{ "*2\r\n$", "Redis" },
};

/* Servers of TLS that say so to a request in plain text. */
static const char *const wishes[] = {
	"plain HTTP request was sent to HTTPS port", /* nginx */
	"speaking plain HTTP to an SSL-enabled",     /* Apache */
	"sent an HTTP request to an HTTPS server",   /* Go */
	"combination of host and port requires TLS", /* Tomcat */
};

static bool begins(const uint8_t *p, size_t count, const char *with)
{
	size_t length = strlen(with);

	return count >= length && !strncasecmp((const char *)p, with, length);
}

static bool holds(const uint8_t *p, size_t count, const char *word)
{
	size_t length = strlen(word);

	for (size_t i = 0; i + length <= count; i++)
		if (!strncasecmp((const char *)p + i, word, length))
			return true;
	return false;
}

/* RFC 5321 4.2 and RFC 959 4.2 greet alike: the words tell. */
static const char *greeting(const uint8_t *p, size_t count)
{
	if (count < 4 || !isdigit(p[0]) || !isdigit(p[1]) || !isdigit(p[2]) ||
	    (p[3] != ' ' && p[3] != '-'))
		return NULL;
	if (holds(p, count, "SMTP"))
		return "SMTP";
	if (holds(p, count, "FTP"))
		return "FTP";
	if (begins(p, count, "200 ") || begins(p, count, "201 "))
		return "NNTP";
	return begins(p, count, "220") || begins(p, count, "421") || begins(p, count, "554") ?
		       "SMTP or FTP" : NULL;
}

/* MySQL's packets: a length, little-endian, a number that counts up, then a greeting or an error. */
static bool is_mysql(const uint8_t *p, size_t count)
{
	return count >= 7 && p[3] == 0 && p[2] == 0 && (p[0] | p[1] << 8) >= 5 &&
	       ((p[4] == 10 && isdigit(p[5])) || (p[4] == 0xff && p[6] == 4));
}

/* PostgreSQL: an error message names its severity first; old servers end the text with a zero. */
static bool is_postgres_error(const uint8_t *p, size_t count)
{
	return count >= 8 && p[0] == 'E' &&
	       ((p[1] == 0 && p[5] == 'S') || begins(p, count, "EFATAL") || begins(p, count, "EERROR"));
}

static void binary(const uint8_t *p, size_t count, struct plain *out)
{
	static const uint8_t proxy2[] = { '\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q' };
	static const uint8_t ssl_request[] = { 0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f };

	if (count >= sizeof(proxy2) && !memcmp(p, proxy2, sizeof(proxy2))) {
		out->protocol = "the PROXY protocol";
		out->proxy_header = true;
	} else if (count >= sizeof(ssl_request) && !memcmp(p, ssl_request, sizeof(ssl_request))) {
		out->protocol = "PostgreSQL";
		out->asks_tls = true;
	} else if (count == 1 && *p == 'N') {
		out->protocol = "PostgreSQL";
		out->refuses_tls = true;
	} else if (is_mysql(p, count)) {
		out->protocol = "MySQL";
	} else if (is_postgres_error(p, count)) {
		out->protocol = "PostgreSQL";
	} else if (count >= 4 && p[0] == 3 && p[1] == 0 && p[2] == 0) {
		out->protocol = "RDP";
	}
}

struct plain plain_read(const uint8_t *p, size_t count)
{
	struct plain out = { .seen = true, .text = true };

	/* RFC 8446 5.1: types 20 to 24, major version 3. */
	out.record = count >= 5 && p[0] >= 20 && p[0] <= 24 && p[1] == 3 && p[2] <= 4;
	for (size_t i = 0; i < count; i++)
		out.text &= isprint(p[i]) || isspace(p[i]);
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(*beginnings) && !out.protocol; i++)
		if (begins(p, count, beginnings[i].begins))
			out.protocol = beginnings[i].protocol;
	out.proxy_header = begins(p, count, "PROXY ");
	if (!out.protocol)
		out.protocol = greeting(p, count);
	if (!out.protocol)
		binary(p, count, &out);
	for (size_t i = 0; i < sizeof(wishes) / sizeof(*wishes); i++)
		out.wants_tls |= holds(p, count, wishes[i]);
	return out;
}
