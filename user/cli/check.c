/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/check.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/table.h"
#include "cli/values.h"
#include "util/text.h"

#define LIMIT_MOST_S 3600
#define RECONNECTS_MOST 1000
#define NAME_MOST 253 /* RFC 1035 2.3.4, as text without its last dot */

/* Letters of host names, and the '_' that some have; other scripts as their "xn--" form. */
static bool is_name(const char *text)
{
	return *text && *text != '-' && *text != '.' && strlen(text) <= NAME_MOST &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") == strlen(text);
}

/* An IPv6 address, with or without a zone: RFC 4007 11. */
static bool is_ipv6(const char *text)
{
	char address[INET6_ADDRSTRLEN];
	uint8_t bytes[16];
	size_t length = strcspn(text, "%");

	if (length >= sizeof(address) || (text[length] && (!text[length + 1] ||
	    strlen(text + length + 1) >= IF_NAMESIZE)))
		return false;
	memcpy(address, text, length);
	address[length] = 0;
	return inet_pton(AF_INET6, address, bytes) == 1;
}

static int take_limit(struct check_options *c, const char *arg)
{
	char *end;

	c->limit_s = strtod(arg, &end);
	if (end == arg || *end || !(c->limit_s >= 0.001 && c->limit_s <= LIMIT_MOST_S))
		return bad_value("timeout", arg, "a time in seconds");
	return -1;
}

int check_option(struct options *o, int id, const char *arg)
{
	struct check_options *c = &o->check;
	uint64_t n;

	switch (id) {
	case OPT_SERVERNAME:
		c->server_name = arg;
		return is_name(arg) ? -1 : bad_value("servername", arg, "a host name");
	case OPT_CIPHERS: c->ciphers = arg; return -1;
	case OPT_GROUPS: c->groups = arg; return -1;
	case OPT_CERT: c->cert = arg; return -1;
	case OPT_KEY: c->key = arg; return -1;
	case OPT_CA: c->ca = arg; return -1;
	case OPT_STARTTLS:
		c->starttls = arg;
		if (one_of(arg, option_words("PROTOCOL")))
			return -1;
		return bad_value("starttls", arg, "smtp, imap, pop3, ftp, xmpp, ldap, postgres or mysql");
	case OPT_TIMEOUT: return take_limit(c, arg);
	case OPT_RECONNECTS:
		if (!number_value(arg, RECONNECTS_MOST, &n))
			return bad_value("reconnects", arg, "a number from 1 to 1000");
		c->reconnections = (unsigned int)n;
		return -1;
	}
	return 2;
}

/* Split at the ':' before a port; an IPv6 address with one is in brackets. */
static bool take_host(struct check_options *c, const char *word)
{
	const char *port = NULL, *end = word + strlen(word), *begin = word;
	uint64_t number = 0;

	if (*word == '[') {
		begin = word + 1;
		end = strchr(word, ']');
		if (!end || (end[1] && end[1] != ':'))
			return false;
		port = end[1] ? end + 2 : NULL;
	} else if (!is_ipv6(word) && strchr(word, ':')) {
		end = strchr(word, ':');
		port = end + 1;
	}
	if (port && !number_value(port, 65535, &number))
		return false;
	if ((size_t)(end - begin) >= sizeof(c->host))
		return false;
	memcpy(c->host, begin, (size_t)(end - begin));
	c->host[end - begin] = 0;
	c->port = (uint16_t)number;
	return is_ipv6(c->host) || (*word != '[' && is_name(c->host));
}

int check_words(struct options *o, char **words)
{
	if (!*words) {
		fprintf(stderr, "tlstrace: check: which HOST[:PORT]?\n");
		return 2;
	}
	if (words[1]) {
		fprintf(stderr, "tlstrace: check: one server at a time: '%s'\n", words[1]);
		return 2;
	}
	if (o->check.key && !o->check.cert) {
		fprintf(stderr, "tlstrace: --key goes with --cert\n");
		return 2;
	}
	if (take_host(&o->check, *words))
		return -1;
	fputs("tlstrace: check: '", stderr);
	terminal_text(stderr, *words);
	fputs("' is not HOST or HOST:PORT ([ADDRESS]:PORT for IPv6)\n", stderr);
	return 2;
}
