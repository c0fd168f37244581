/* SPDX-License-Identifier: GPL-2.0-only */
/* What is no TLS: the names of protocols by how they begin, and the rules that use them. */
#include "wire/plain.h"

#include "facts_made.h"

static const struct {
	const char *bytes;
	size_t count; /* 0: up to the NUL */
	const char *protocol;
} beginnings[] = {
	{ "GET / HTTP/1.1\r\n", 0, "HTTP" },
	{ "HTTP/1.1 400 Bad Request\r\n", 0, "HTTP" },
	{ "<!DOCTYPE HTML>\n<html lang", 0, "HTTP" },
	{ "<html>\r\n<head><title>400", 0, "HTTP" },
	{ "<!DOCTYPE svg", 0, NULL },
	{ "PRI * HTTP/2.0\r\n\r\n", 0, "HTTP/2" },
	{ "SSH-2.0-x\r\n", 0, "SSH" },
	{ "220 a ESMTP\r\n", 0, "SMTP" },
	{ "220-a.test ESMTP Exim\r\n", 0, "SMTP" },
	{ "220 (vsFTPd 3.0.3)\r\n", 0, "FTP" },
	{ "220 welcome\r\n", 0, "SMTP or FTP" },
	{ "2200 welcome\r\n", 0, NULL },
	{ "200 news\r\n", 0, "NNTP" },
	{ "ehlo a\r\n", 0, "SMTP" },
	{ "* OK ready\r\n", 0, "IMAP" },
	{ "+OK ready\r\n", 0, "POP3" },
	{ "\x4a\0\0\0\x0a" "8.0.36\0", 12, "MySQL" },
	{ "\x45\0\0\0\xff\x10\x04" "Too many", 15, "MySQL" },
	{ "\x4a\0\0\1\x0a" "8.0.36\0", 12, NULL },
	{ "\0\0\0\x08\x04\xd2\x16\x2f", 8, "PostgreSQL" },
	{ "N", 0, "PostgreSQL" },
	{ "NO", 0, NULL },
	{ "E\0\0\0\x60SFATAL\0", 12, "PostgreSQL" },
	{ "\3\0\0\x13\x0e\xd0", 6, "RDP" },
	{ "PROXY TCP4 1.2.3.4", 0, "the PROXY protocol" },
	{ "\r\n\r\n\0\r\nQUIT\n!", 13, "the PROXY protocol" },
	{ "G", 0, NULL },
	{ "\0", 1, NULL },
};

static void names(void)
{
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(*beginnings); i++) {
		size_t count = beginnings[i].count ? beginnings[i].count : strlen(beginnings[i].bytes);
		struct plain p = plain_read((const uint8_t *)beginnings[i].bytes, count);
		char line[80];

		snprintf(line, sizeof(line), "beginning %zu is %s", i,
			 beginnings[i].protocol ? beginnings[i].protocol : "not known");
		ok(beginnings[i].protocol ? p.protocol && !strcmp(p.protocol, beginnings[i].protocol) :
					    !p.protocol, line);
	}
	ok(plain_read((const uint8_t *)"PROXY TCP4", 10).proxy_header, "a PROXY header");
	ok(!plain_read((const uint8_t *)"PROXYTCP4", 9).proxy_header, "none without its space");
	ok(plain_read((const uint8_t *)"HTTP/1.0 400 Bad\r\n\r\nClient sent an HTTP request to an HTTPS server.", 67).wants_tls,
	   "Go says that it wants TLS");
	ok(!plain_read((const uint8_t *)"HTTP/1.0 400 Bad Request\r\n\r\n", 28).wants_tls, "a bad request does not");
	ok(plain_read((const uint8_t *)"hello\r\n", 7).text && !plain_read((const uint8_t *)"hel\1o", 5).text,
	   "text and other bytes");
}

static struct conn never(void)
{
	struct conn c = failed_conn();

	c.client.seen = c.server.seen = false;
	c.never_tls = true;
	*c.history = 0;
	c.plain[0] = (struct plain){ .seen = true, .text = true, .protocol = "HTTP" };
	c.close = CLOSE_FIN;
	c.close_by = ROLE_SERVER;
	return c;
}

static void to_tls(void)
{
	struct conn c = never();
	struct alert a = fatal(S, 70, 0);

	c.server_speaks_tls = true;
	is("plaintext-to-tls-port", &c, NULL, "no answer, and TLS with others");
	ok(said.confidence == CONFIDENCE_LIKELY && strstr(said.title, "speaks HTTP"), "likely, and it names HTTP");
	c.server_speaks_tls = false;
	is("plaintext-to-tls-port", &c, &a, "an alert");
	ok(said.confidence == CONFIDENCE_CERTAIN, "which makes it certain");
	c.plain[1] = (struct plain){ .seen = true, .wants_tls = true, .protocol = "HTTP" };
	is("plaintext-to-tls-port", &c, NULL, "the server's text says so");
	ok(said.confidence == CONFIDENCE_CERTAIN, "which makes it certain too");
	c.never_tls = false;
	ok(strcmp(code(&c, NULL), "plaintext-to-tls-port") != 0, "not when nothing tells");
	c = failed_conn();
	c.plain[0].seen = true;
	c.server.seen = false;
	a = fatal(S, 40, 0);
	is("no-shared-cipher", &c, &a, "STARTTLS that fails");
	c = failed_conn();
	c.server.seen = false;
	a = fatal(S, 70, 0);
	is("version-mismatch", &c, &a, "a ClientHello refused");
}

static void to_plain(void)
{
	struct conn c = failed_conn();
	struct alert a = fatal(C, 50, 0);

	c.server.seen = false;
	c.close = CLOSE_FIN;
	c.close_by = ROLE_CLIENT;
	c.plain[1] = (struct plain){ .seen = true, .protocol = "SMTP" };
	is("tls-to-plaintext-port", &c, NULL, "the client only closes");
	ok(said.confidence == CONFIDENCE_CERTAIN && strstr(said.title, "SMTP"), "certain, and it names SMTP");
	ok(said.next_steps.count == 2 && strstr(said.next_steps.text[0], "-starttls smtp -connect 127.0.0.1:443"),
	   "and how to ask it for TLS");
	is("tls-to-plaintext-port", &c, &a, "the client's alert");
	c.plain[1].protocol = NULL;
	ok(!strcmp(code(&c, NULL), "tls-to-plaintext-port") && said.confidence == CONFIDENCE_LIKELY,
	   "what is not known is likely");
	c.plain[0].seen = true;
	is("peer-closed-during-handshake", &c, NULL, "not after words in plain text: STARTTLS");
	c.plain[0].seen = c.plain[1].seen = false;
	is("peer-closed-during-handshake", &c, NULL, "not without an answer");
	strcpy(c.history, "C");
	code(&c, NULL);
	ok(strstr(said.evidence.text[1], "no TLS record came from it") != NULL, "the server's silence is told of");
	c.last_alert.after[c.last_alert.after_count++] = (struct past_record){ .type = 22, .length = 122, .sender = S };
	code(&c, NULL);
	ok(strstr(said.evidence.text[1], "it began a record of 122 bytes") != NULL, "a ServerHello cut short is no silence");
	c.error = (struct library_error){ .library = "openssl", .reason = 267, .received = -1, .sends = -1, .not_tls = true };
	is("peer-closed-during-handshake", &c, NULL, "nor is it where the library cannot read it");
	c.last_alert.after_count = 0;
	is("tls-to-plaintext-port", &c, NULL, "the library read something that is no record");
	ok(said.confidence == CONFIDENCE_LIKELY, "likely, as nobody else saw it");
	c.error.library = NULL;
	is("peer-closed-during-handshake", &c, &a, "nor when the alert is about the end of the stream");
	ok(strstr(said.title, "server closed") != NULL, "which the server made");
	c.server.seen = true;
	is("malformed-message", &c, &a, "with a ServerHello the alert is about a message");
}

static void proxy(void)
{
	struct conn c = failed_conn();
	struct alert a = fatal(S, 40, 0);

	c.server.seen = false;
	c.close = CLOSE_FIN;
	c.close_by = ROLE_SERVER;
	c.plain[0] = (struct plain){ .seen = true, .proxy_header = true };
	is("proxy-header-unexpected", &c, NULL, "the server ends it");
	is("no-shared-cipher", &c, &a, "not when it has read the hello");
	c.server.seen = true;
	is("peer-closed-during-handshake", &c, NULL, "not when it has answered");
	c.server.seen = c.plain[0].seen = c.plain[0].proxy_header = false;
	is("peer-closed-during-handshake", &c, NULL, "no header, and none expected");
	c.past.served = c.past.served_proxied = 3;
	is("proxy-header-unexpected", &c, NULL, "no header, where all others have one");
	c.past.served = 4;
	is("peer-closed-during-handshake", &c, NULL, "where not all have one");
}

int main(void)
{
	names();
	to_tls();
	to_plain();
	proxy();
	return failed;
}
