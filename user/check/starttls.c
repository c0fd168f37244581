/* SPDX-License-Identifier: GPL-2.0-only */
#include "check/starttls.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define LINE_BYTES 2048
#define LINES_MOST 128 /* of one answer */
#define SHOWN 120      /* bytes of what a server says */
#define XML_BYTES 4096 /* of a stream's features */

/* What is sent, and how the answer to it has to begin. */
struct move {
	const char *send;   /* NULL: the server speaks first */
	const char *expect; /* of the answer's last line */
	const char *offer;  /* a keyword that one of its lines must have, or NULL */
};

/* RFC 3207 */
static const struct move smtp[] = { { NULL, "220", NULL },
				    { "EHLO localhost\r\n", "250", "STARTTLS" },
				    { "STARTTLS\r\n", "220", NULL } };
/* RFC 2595; RFC 9051 6.2.1 */
static const struct move imap[] = { { NULL, "* OK", NULL }, { "a STARTTLS\r\n", "a OK", NULL } };
static const struct move pop3[] = { { NULL, "+OK", NULL }, { "STLS\r\n", "+OK", NULL } };
/* RFC 4217 */
static const struct move ftp[] = { { NULL, "220", NULL }, { "AUTH TLS\r\n", "234", NULL } };

/* RFC 5321 4.2.1, RFC 959 4.2: a code and a space end an answer of several lines. */
static bool is_last(const char *line, const char *expect, bool first)
{
	if (*expect >= '0' && *expect <= '9')
		return strspn(line, "0123456789") == 3 ? line[3] != '-' : first;
	if (*expect == 'a') /* the tag; untagged lines come before */
		return line[0] == 'a' && line[1] == ' ';
	return true;
}

/* The keyword behind the code and its '-' or ' ' (RFC 5321 4.1.1.1). */
static bool offers(const char *line, const char *keyword)
{
	size_t length = strlen(keyword);

	return strlen(line) >= 4 + length && !strncasecmp(line + 4, keyword, length) &&
	       (!line[4 + length] || line[4 + length] == ' ');
}

static void refused(const struct move *m, const char *line, char *why)
{
	if (m->send)
		snprintf(why, STARTTLS_WHY_BYTES, "the server says \"%.*s\" to %.*s", SHOWN, line,
			 (int)strcspn(m->send, "\r"), m->send);
	else
		snprintf(why, STARTTLS_WHY_BYTES, "the server begins with \"%.*s\"", SHOWN, line);
}

static int answer(struct channel *c, const struct move *m, char *why)
{
	char line[LINE_BYTES];
	bool offered = !m->offer;

	for (int i = 0; i < LINES_MOST; i++) {
		ssize_t got = channel_line(c, line, sizeof(line));

		if (got == -EMSGSIZE)
			break;
		if (got < 0)
			return (int)got;
		offered |= m->offer && offers(line, m->offer);
		if (!is_last(line, m->expect, !i))
			continue;
		if (strncasecmp(line, m->expect, strlen(m->expect))) {
			refused(m, line, why);
			return -1;
		}
		if (!offered)
			snprintf(why, STARTTLS_WHY_BYTES, "the server does not offer %s", m->offer);
		return offered ? 0 : -1;
	}
	snprintf(why, STARTTLS_WHY_BYTES, "the server's answer does not end: it speaks another protocol");
	return -1;
}

static int converse(struct channel *c, const struct move *moves, size_t count, char *why)
{
	int err = 0;

	for (size_t i = 0; i < count && !err; i++) {
		if (moves[i].send)
			err = channel_write(c, moves[i].send, strlen(moves[i].send));
		err = err ? err : answer(c, &moves[i], why);
	}
	return err;
}

#define CONVERSE(protocol)                                                                \
	static int starttls_##protocol(struct channel *c, const char *domain, char *why)  \
	{                                                                                 \
		(void)domain;                                                             \
		return converse(c, protocol, sizeof(protocol) / sizeof(*protocol), why);  \
	}
CONVERSE(smtp)
CONVERSE(imap)
CONVERSE(pop3)
CONVERSE(ftp)

/* Read up to and with one of two marks: 0 the first, 1 the second. Byte by byte: TLS may follow. */
static int xml_until(struct channel *c, char *text, const char *first, const char *second)
{
	for (size_t n = 0; n + 1 < XML_BYTES;) {
		int err = channel_exactly(c, text + n, 1);

		if (err)
			return err;
		text[n] = text[n] ? text[n] : '?';
		text[++n] = 0;
		if (text[n - 1] != '>')
			continue;
		if (strstr(text, first))
			return 0;
		if (strstr(text, second))
			return 1;
	}
	return -EMSGSIZE;
}

/* RFC 6120 5.4 */
static int starttls_xmpp(struct channel *c, const char *domain, char *why)
{
	static const char ask[] = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
	char text[XML_BYTES], open[512];
	int got, bytes = snprintf(open, sizeof(open), "<stream:stream xmlns='jabber:client' "
				  "xmlns:stream='http://etherx.jabber.org/streams' to='%s' version='1.0'>",
				  domain);

	got = channel_write(c, open, (size_t)bytes);
	got = got ? got : xml_until(c, text, "</stream:features>", "<stream:features/>");
	if (got < 0 && got != -EMSGSIZE)
		return got;
	if (got || !strstr(text, "<starttls")) {
		snprintf(why, STARTTLS_WHY_BYTES, "the server does not offer STARTTLS in its stream's features");
		return -1;
	}
	got = channel_write(c, ask, sizeof(ask) - 1);
	/* Either element is empty; its end tag, if it has one, would be read as TLS. */
	got = got ? got : xml_until(c, text, "/>", "</proceed>");
	if (got < 0 && got != -EMSGSIZE)
		return got;
	if (got < 0 || !strstr(text, "<proceed")) {
		snprintf(why, STARTTLS_WHY_BYTES, "the server says \"%.*s\" to STARTTLS", SHOWN, text);
		return -1;
	}
	return 0;
}

static const struct {
	const char *name;
	uint16_t port;
	int (*run)(struct channel *c, const char *domain, char *why);
} protocols[] = {
	{ "smtp", 25, starttls_smtp },	 { "imap", 143, starttls_imap },
	{ "pop3", 110, starttls_pop3 },	 { "ftp", 21, starttls_ftp },
	{ "xmpp", 5222, starttls_xmpp }, { "ldap", 389, starttls_ldap },
	{ "postgres", 5432, starttls_postgres }, { "mysql", 3306, starttls_mysql },
};

uint16_t starttls_port(const char *protocol)
{
	for (size_t i = 0; i < sizeof(protocols) / sizeof(*protocols); i++)
		if (!strcmp(protocols[i].name, protocol))
			return protocols[i].port;
	return 0;
}

int starttls(struct channel *c, const char *protocol, const char *domain,
	     char why[STARTTLS_WHY_BYTES])
{
	for (size_t i = 0; i < sizeof(protocols) / sizeof(*protocols); i++)
		if (!strcmp(protocols[i].name, protocol))
			return protocols[i].run(c, domain, why);
	snprintf(why, STARTTLS_WHY_BYTES, "no such protocol");
	return -1;
}
