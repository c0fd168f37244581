/* SPDX-License-Identifier: GPL-2.0-only */
/* mutual.c - rules for the certificate that a server asks its client for. */
#include <openssl/sslerr.h>
#include <string.h>

#include "diagnose/facts.h"
#include "model/names.h"
#include "wire/infer.h"

#define CLIENT_HELLO_TYPE 1

/* gnutls/gnutls.h */
#define GNUTLS_NO_CERTIFICATE_FOUND (-49)
#define GNUTLS_CERTIFICATE_REQUIRED (-112)

/* The client was ending the connection itself. */
static bool client_ended(const struct conn *c, const struct alert *a)
{
	const struct past_record *last = NULL;

	for (int i = 0; i < a->after_count; i++)
		if (a->after[i].sender == ROLE_CLIENT)
			last = &a->after[i];
	return last && last->encrypted && last->length == tls13_alert_bytes(c->server.cipher);
}

/*
 * Of what a TLS 1.3 server says after the handshake nothing can be read; but one that takes
 * the client's certificate goes on with tickets or data.
 */
bool refuses_unseen(const struct conn *c, const struct alert *a)
{
	int server = c->role != ROLE_SERVER;

	return a && !a->readable && a->sender == ROLE_SERVER && c->established &&
	       is_tls13(c->server.version) && !a->peer_gone &&
	       (c->certificate_hint == HINT_EMPTY || c->certificate_hint == HINT_SENT) &&
	       c->totals[server].records == c->records_shaking[server] + 1 &&
	       !c->totals[0].gap_bytes && !c->totals[1].gap_bytes && !client_ended(c, a);
}

static bool answers_hello(const struct facts *f)
{
	const struct past_record *r = f->answered;

	return r && !r->encrypted && r->message_count == 1 && r->messages[0] == CLIENT_HELLO_TYPE;
}

/* The server's alert answers the ClientHello, or it asked for no certificate: there is none to judge. */
static bool unasked_certificate(const struct facts *f)
{
	const struct conn *c = f->conn;
	bool flight = c->server.seen && !is_tls13(c->server.version) && strchr(c->history, 'n');

	return f->by == ROLE_SERVER && !f->error && !c->established && !c->client_certificate_sent &&
	       (answers_hello(f) || (flight && !c->client_certificate_requested));
}

/* Asked for one, the client sent none: most servers then say no more than this. */
static bool none_sent(const struct facts *f)
{
	const struct conn *c = f->conn;

	if (is_tls13(c->server.version) && !c->client_certificate_sent)
		return c->certificate_hint == HINT_EMPTY &&
		       (about_certificate(f->code) || f->code == HANDSHAKE_FAILURE || f->code < 0);
	return c->client_certificate_requested && !c->client_certificate_sent && !f->peer_gone &&
	       (f->code == HANDSHAKE_FAILURE || f->code == BAD_CERTIFICATE || f->code == NO_CERTIFICATE ||
		f->code == DECODE_ERROR); /* GnuTLS */
}

static void say_hint(const struct facts *f, struct finding *out)
{
	if (f->conn->certificate_hint == HINT_EMPTY)
		say(&out->evidence, "The client's first protected record has the size of an empty Certificate: it was asked for one and sent none.");
	else if (f->conn->certificate_hint == HINT_SENT)
		say(&out->evidence, "The client's first protected record is as long as a Certificate: it was asked for one and sent it.");
	if (f->code < 0)
		say(&out->evidence, "The server answered it with nothing but one record of an alert's size.");
}

bool rule_client_required(const struct facts *f, struct finding *out)
{
	bool said = f->reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE ||
		    f->gnutls == GNUTLS_NO_CERTIFICATE_FOUND || f->gnutls == GNUTLS_CERTIFICATE_REQUIRED;

	if (f->by != ROLE_SERVER || (f->code < 0 && !refuses_unseen(f->conn, f->alert)) ||
	    (f->code != CERTIFICATE_REQUIRED && !said && !none_sent(f)))
		return false;
	title(out, "The server requires a client certificate and the client sent none.");
	out->confidence = (f->code == CERTIFICATE_REQUIRED && !unasked_certificate(f)) || said ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
	say_alert_fact(f, out);
	if (unasked_certificate(f))
		say(&out->evidence, answers_hello(f) ? "It answers the ClientHello: the client had not been asked for one." :
						       "The server's flight has no CertificateRequest: the client was not asked for one.");
	else if (f->conn->client_certificate_requested)
		say(&out->evidence, "The server sent a CertificateRequest; the client answered without a certificate.");
	else
		say_hint(f, out);
	if (f->conn->client_certificate_requested || f->conn->certificate_hint == HINT_EMPTY)
		say(&out->ruled_out, "A certificate that the server does not accept: the client sent none.");
	say(&out->next_steps, "openssl s_client -connect %s%s -cert CERT.pem -key KEY.pem </dev/null", f->server,
	    f->name);
	say(&out->next_steps, "Check that the client is configured with a certificate whose issuer the server names.");
	return true;
}

/* Under TLS 1.3 there is no other certificate that a server could speak of. */
static bool client_sent(const struct conn *c)
{
	return c->client_certificate_sent || c->client_certificate || is_tls13(c->server.version);
}

bool rule_client_rejected(const struct facts *f, struct finding *out)
{
	bool unseen = f->code < 0 && refuses_unseen(f->conn, f->alert);
	bool denied = f->code == ACCESS_DENIED && (f->conn->client_certificate_sent ||
						   f->conn->certificate_hint == HINT_SENT);
	bool said = f->reason == SSL_R_CERTIFICATE_VERIFY_FAILED;

	if (f->by != ROLE_SERVER || unasked_certificate(f) || !(unseen || denied || said ||
				      (about_certificate(f->code) && client_sent(f->conn))))
		return false;
	if (f->code < 0)
		title(out, "The server ends the connection right after the client's certificate: most likely it rejects that.");
	else
		title(out, "The server rejects the client's certificate (%s).", alert_name(f->code));
	out->confidence = unseen || denied ? CONFIDENCE_LIKELY : CONFIDENCE_CERTAIN;
	say_alert_fact(f, out);
	say_certificate(f, out);
	if (unseen)
		say_hint(f, out);
	if (f->conn->client_certificate_sent || f->conn->certificate_hint == HINT_SENT)
		say(&out->ruled_out, "A certificate that is missing: the client sent one.");
	say(&out->next_steps, "openssl verify -CAfile CA-OF-THE-SERVER.pem CERT.pem");
	say(&out->next_steps, "The server's error log has the verification error.");
	return true;
}

/* Whose certificate it speaks of is not sure: none of the client's was seen. */
bool rule_certificate_unclear(const struct facts *f, struct finding *out)
{
	bool unasked = unasked_certificate(f);

	if (f->by != ROLE_SERVER || !about_certificate(f->code))
		return false;
	if (unasked)
		title(out, "The server refuses the client with an alert about a certificate (%s), though the client was asked for none.",
		      alert_name(f->code));
	else
		title(out, "The server rejects the client's certificate (%s).", alert_name(f->code));
	out->confidence = unasked ? CONFIDENCE_POSSIBLE : CONFIDENCE_LIKELY;
	say_alert_fact(f, out);
	if (unasked)
		say(&out->evidence, "No certificate of the client's is on its way yet: the server means its own, or chose the code ill.");
	say(&out->evidence, "The code does not say why: the server's own log does.");
	say(&out->next_steps, "The server's error log has the verification error.");
	return true;
}
