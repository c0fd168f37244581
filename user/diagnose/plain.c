/* SPDX-License-Identifier: GPL-2.0-only */
/* plain.c - rules for ends that do not speak TLS, or not at first. */
#include <openssl/sslerr.h>
#include <string.h>

#include "diagnose/facts.h"

static const char *protocol_words(const struct plain *p)
{
	return p->protocol ? p->protocol : p->text ? "plain text" : "an unknown protocol";
}

static void say_first(enum tls_role role, const struct plain *p, struct finding *out)
{
	say(&out->evidence, "The first bytes from the %s are %s, no TLS record.", end_name(role),
	    p->protocol ? p->protocol : p->text ? "text of a protocol that is not known" :
						  "of a protocol that is not known");
}

/* What the server makes of it. */
static void say_answer(const struct facts *f, struct finding *out)
{
	const struct conn *c = f->conn;

	say_alert_fact(f, out);
	if (f->server_text->wants_tls)
		say(&out->evidence, "The server answered in HTTP, and said that this port is for TLS.");
	else if (f->server_text->seen)
		say(&out->evidence, "The server answered with %s.", protocol_words(f->server_text));
	else if (c->server_speaks_tls)
		say(&out->evidence, "The same port of the server speaks TLS with others.");
	if (!f->alert && !f->server_text->seen && c->close_by == ROLE_SERVER)
		say(&out->evidence, "The server %s the connection without an answer.",
		    c->close == CLOSE_RESET ? "reset" : "closed");
}

static bool server_says_so(const struct facts *f)
{
	return f->server_text->wants_tls || (f->alert && f->by == ROLE_SERVER) ||
	       (f->error && f->error_by == ROLE_SERVER && !f->error->guessed);
}

bool rule_plain_client(const struct facts *f, struct finding *out)
{
	const struct plain *said = f->client_text;
	bool http = said->protocol && !strcmp(said->protocol, "HTTP");

	if (!f->conn->never_tls || said->asks_tls)
		return false;
	title(out, "The client speaks %s to a port on which the server speaks TLS.",
	      protocol_words(said));
	out->confidence = server_says_so(f) ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
	say_first(ROLE_CLIENT, said, out);
	say_answer(f, out);
	say(&out->ruled_out, "A TLS handshake that failed: the client began none.");
	if (http)
		say(&out->next_steps, "curl -skv -o /dev/null https://%s/", f->server);
	else
		say(&out->next_steps, "openssl s_client -connect %s </dev/null", f->server);
	say(&out->next_steps, http ? "Make the client use https, or the server's other port." :
				     "Make the client use TLS from the first byte on, or the port for plain text and STARTTLS.");
	return true;
}

/* Every handshake that worked here came behind a PROXY header; this one does not. */
static bool header_missing(const struct facts *f, struct finding *out)
{
	const struct conn *c = f->conn;
	const struct past *p = &c->past;
	bool silent = !f->alert || f->peer_gone;

	if (!c->failed || !c->client.seen || c->server.seen || f->client_text->seen ||
	    f->server_text->seen || !silent || !p->served_proxied || p->served != p->served_proxied ||
	    (c->close != CLOSE_FIN && c->close != CLOSE_RESET && !f->peer_gone))
		return false;
	title(out, "The server most likely expects a PROXY protocol header, and the client sent none.");
	out->confidence = CONFIDENCE_LIKELY;
	say(&out->evidence, "The server ended the connection after the ClientHello, without an answer.");
	say(&out->evidence, "Of the handshakes that worked at this server before, all (%u) came behind a PROXY protocol header; this one did not.",
	    p->served_proxied);
	say(&out->next_steps, "Connect through the balancer, or make it send the header (haproxy: send-proxy-v2); else let the server do without (nginx: listen without proxy_protocol).");
	return true;
}

/* A balancer says first whose connection it passes on; the server takes it for a broken record. */
bool rule_proxy(const struct facts *f, struct finding *out)
{
	const struct conn *c = f->conn;
	bool said = f->client_text->proxy_header;

	if (header_missing(f, out))
		return true;
	if (!said || c->server.seen || c->established || (!c->failed && !c->stalled) ||
	    (f->alert && f->by == ROLE_CLIENT && !f->peer_gone && !f->server_text->seen))
		return false;
	/* Behind its header the hello may be refused as any other one. */
	if (c->client.seen && f->alert && f->by == ROLE_SERVER && f->code != DECODE_ERROR && f->code != PROTOCOL_VERSION &&
	    f->code != UNEXPECTED_MESSAGE && f->code != RECORD_OVERFLOW)
		return false;
	title(out, "The connection begins with a PROXY protocol header, which the server does not expect.");
	out->confidence = server_says_so(f) ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
	say(&out->evidence, "The first bytes from the client are a PROXY protocol header%s.",
	    c->client.seen ? ", the ClientHello comes behind it" : "");
	say_answer(f, out);
	say(&out->evidence, "No TLS handshake record came from the server.");
	say(&out->next_steps, "Make both agree: switch the header off at the balancer (haproxy: no send-proxy), or let the server expect it (nginx: listen ... ssl proxy_protocol).");
	say(&out->next_steps, "openssl s_client -connect %s%s </dev/null", f->server, f->name);
	return true;
}

/* PostgreSQL is asked before any TLS, and says N. */
static bool refuses_request(const struct facts *f, struct finding *out)
{
	if (!f->conn->never_tls || !f->client_text->asks_tls || !f->server_text->refuses_tls)
		return false;
	title(out, "The PostgreSQL server does not speak TLS: it answers the client's request for it with N.");
	out->confidence = CONFIDENCE_CERTAIN;
	say(&out->evidence, "The client sent SSLRequest and the server answered with the one byte N; then the connection ended.");
	say(&out->next_steps, "psql \"host=%s sslmode=disable\" -c \"SHOW ssl\"", f->address);
	say(&out->next_steps, "Set ssl = on with a certificate in postgresql.conf, or let the client do without (sslmode=prefer).");
	return true;
}

static bool server_began(const struct conn *c)
{
	for (int i = 0; i < c->last_alert.after_count; i++)
		if (c->last_alert.after[i].sender == ROLE_SERVER)
			return true;
	return false;
}

/* The client refuses what came before any TLS record of the server did; its bytes were not seen. */
static bool answer_refused(const struct facts *f)
{
	const struct conn *c = f->conn;

	if (f->error && f->error_by == ROLE_CLIENT && f->error->not_tls && !server_began(c))
		return true;
	return f->by == ROLE_CLIENT && !f->answered && !c->malformed && !f->peer_gone &&
	       (f->code == PROTOCOL_VERSION || f->code == UNEXPECTED_MESSAGE ||
		f->code == RECORD_OVERFLOW || f->code == ILLEGAL_PARAMETER);
}

/* What s_client calls the protocols that begin in plain text and go over to TLS when asked. */
static void say_starttls(const struct facts *f, const char *protocol, struct finding *out)
{
	static const struct {
		const char *protocol, *option;
	} known[] = { { "SMTP", "smtp" }, { "LMTP", "lmtp" }, { "IMAP", "imap" }, { "POP3", "pop3" },
		      { "FTP", "ftp" }, { "XMPP", "xmpp" }, { "PostgreSQL", "postgres" }, { "MySQL", "mysql" },
		      { "NNTP", "nntp" } };

	for (size_t i = 0; protocol && i < sizeof(known) / sizeof(*known); i++)
		if (!strcmp(protocol, known[i].protocol)) {
			say(&out->next_steps, "openssl s_client -starttls %s -connect %s </dev/null",
			    known[i].option, f->server);
			say(&out->next_steps, "Check the port; here the client must ask for TLS in plain text first (STARTTLS).");
			return;
		}
	say(&out->next_steps, "Check the port, and whether the protocol starts in plain text (openssl s_client -starttls PROTOCOL).");
}

bool rule_plain_server(const struct facts *f, struct finding *out)
{
	const struct conn *c = f->conn;
	const struct plain *answer = f->server_text;
	bool seen = answer->seen && !f->client_text->seen;

	if (refuses_request(f, out))
		return true;
	if (c->server.seen || c->established || !c->client.seen || (!seen && !answer_refused(f)) ||
	    (seen && answer->record))
		return false;
	if (seen && answer->protocol)
		title(out, "The server speaks %s on this port, not TLS.", answer->protocol);
	else
		title(out, "The server does not speak TLS on this port.");
	out->confidence = seen && answer->protocol ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
	say(&out->evidence, "The client sent a ClientHello; no TLS record came from the server.");
	if (seen)
		say_first(ROLE_SERVER, answer, out);
	say_alert_fact(f, out);
	if (f->by == ROLE_CLIENT && f->code == PROTOCOL_VERSION)
		say(&out->ruled_out, "A version that the server refuses: then the server would have sent the alert.");
	if (!answer->protocol || !strcmp(answer->protocol, "HTTP"))
		say(&out->next_steps, "curl -sv http://%s/", f->server);
	say_starttls(f, answer->protocol, out);
	return true;
}
