/* SPDX-License-Identifier: GPL-2.0-only */
/* server_name.c - rules for the name that the client asks for, or does not. */
#include <openssl/x509_vfy.h>
#include <string.h>

#include "diagnose/facts.h"

bool rule_name(const struct facts *f, struct finding *out)
{
	if (f->code != UNRECOGNIZED_NAME)
		return false;
	title(out, "The server does not serve the name that the client asked for.");
	out->confidence = CONFIDENCE_CERTAIN;
	say_alert_fact(f, out);
	if (*f->conn->client.server_name)
		say(&out->evidence, "The client asked for \"%.255s\" (SNI).", f->conn->client.server_name);
	else if (f->conn->client.seen)
		say(&out->evidence, "The client named no server (SNI).");
	say(&out->ruled_out, "A version or cipher suite: there are other alerts for those.");
	say(&out->next_steps, "openssl s_client -connect %s -noservername </dev/null", f->server);
	say(&out->next_steps, "Check the server's list of names, and that the address is the right server's.");
	return true;
}

/* What servers do without a name: most have an alert of their own, some just end it. */
static bool refused(const struct facts *f)
{
	const struct conn *c = f->conn;

	if (!c->client.seen || c->server.seen || f->client_text->seen || f->server_text->seen)
		return false;
	if (!f->alert && f->code < 0)
		return c->close_by == ROLE_SERVER && (c->close == CLOSE_FIN || c->close == CLOSE_RESET);
	return f->by == ROLE_SERVER && !f->peer_gone &&
	       (f->code == HANDSHAKE_FAILURE || f->code == INSUFFICIENT_SECURITY || f->code == INTERNAL_ERROR ||
		f->code == ACCESS_DENIED || f->code == UNRECOGNIZED_NAME);
}

/* Libraries call it a suite or signature that is missing when they have no certificate at all. */
static bool may_lack_certificate(const struct facts *f)
{
	return !f->reason || f->code == UNRECOGNIZED_NAME || f->code == INTERNAL_ERROR ||
	       is_offered(&f->conn->client.ciphers, f->conn->past.served_cipher);
}

bool rule_name_missing(const struct facts *f, struct finding *out)
{
	const struct past *p = &f->conn->past;
	unsigned int named = p->named.full_good + p->named.resumed_good;

	if (!refused(f) || *f->conn->client.server_name || !named || p->served > named ||
	    !may_lack_certificate(f))
		return false;
	title(out, "The client names no server (SNI), and this server accepts those that do.");
	out->confidence = f->code < 0 || f->code == INTERNAL_ERROR ? CONFIDENCE_POSSIBLE : CONFIDENCE_LIKELY;
	say_alert_fact(f, out);
	if (f->code < 0)
		say(&out->evidence, "The server %s the connection after the ClientHello, without an alert.",
		    f->conn->close == CLOSE_RESET ? "reset" : "closed");
	say(&out->evidence, "The ClientHello has no server name; %u handshakes with one worked at this server, none without.",
	    named);
	say(&out->next_steps, "openssl s_client -connect %s -servername NAME </dev/null", f->server);
	return true;
}

/*
 * The name was served before with a certificate that is for it: a server that does not know a
 * name any more answers with that of another.
 */
bool rule_other_certificate(const struct facts *f, struct finding *out)
{
	const struct certificate *c = f->conn->server_certificate;
	const char *name = f->conn->client.server_name;
	const struct past *p = &f->conn->past;
	bool by_name = f->verify ? f->verify == X509_V_ERR_HOSTNAME_MISMATCH :
				   f->code == BAD_CERTIFICATE || f->code == CERTIFICATE_UNKNOWN;

	if (f->by != ROLE_CLIENT || !by_name || !*name || !c || !c->readable || certificate_is_for(c, name) ||
	    !p->knows_certificate || !p->name_good || !memcmp(p->certificate, c->sha256, SHORT_HASH))
		return false;
	title(out, "The server answers a name that it knew with another certificate, which is not for that name.");
	out->confidence = CONFIDENCE_LIKELY;
	say_alert_fact(f, out);
	say_certificate(f, out);
	say(&out->evidence, "The client asked for \"%.200s\" (SNI), which the certificate does not have.", name);
	say(&out->evidence, "With that name %u of %u handshakes worked at this server before, the last readable certificate was another one and was for the name.",
	    p->name_good, p->name_good + p->name_bad);
	say(&out->ruled_out, "A client that asks for a wrong name: the server had a certificate for it.");
	say(&out->next_steps, "openssl s_client -connect %s%s </dev/null | openssl x509 -noout -subject -ext subjectAltName", f->server,
	    f->name);
	say(&out->next_steps, "Look at what was changed at the server: its list of names, the order of its configuration, or which host answers at the address.");
	return true;
}
