/* SPDX-License-Identifier: GPL-2.0-only */
/* stapling.c - the OCSP answer that a server sends with its certificate, or does not (RFC 6066 8, RFC 7633). */
#include <openssl/x509_vfy.h>

#include "diagnose/facts.h"

/* Under TLS 1.3 the answer is in the protected Certificate. */
static bool left_out(const struct conn *c)
{
	return c->server.seen && !is_tls13(c->server.version) && !c->server.ocsp_response;
}

static bool must_and_does_not(const struct facts *f)
{
	const struct certificate *c = f->conn->server_certificate;

	return c && c->readable && c->must_staple && left_out(f->conn) && !f->verify &&
	       (f->code == BAD_CERTIFICATE || f->code == CERTIFICATE_UNKNOWN);
}

static void say_stapling(const struct facts *f, struct finding *out)
{
	const struct conn *c = f->conn;

	if (c->server_certificate && c->server_certificate->must_staple)
		say(&out->evidence, "The certificate demands a stapled answer (must-staple, RFC 7633).");
	if (c->client.seen)
		say(&out->evidence, "The client %s for one (status_request)%s.", c->client.ocsp_request ? "asked" : "did not ask",
		    !c->server.seen || is_tls13(c->server.version) ? "" :
		    c->server.ocsp_response			   ? ", and the server announced it" :
								     ", and the server sent none");
}

bool rule_stapling(const struct facts *f, struct finding *out)
{
	bool said = f->code == BAD_CERTIFICATE_STATUS || f->verify == X509_V_ERR_OCSP_VERIFY_NEEDED ||
		    f->verify == X509_V_ERR_OCSP_VERIFY_FAILED || f->verify == X509_V_ERR_OCSP_CERT_UNKNOWN;
	bool none = f->verify == X509_V_ERR_OCSP_VERIFY_NEEDED || (!f->verify && f->conn->server.seen && left_out(f->conn));

	if (f->by != ROLE_CLIENT || !(said || must_and_does_not(f)))
		return false;
	if (none)
		title(out, "The client demands an OCSP answer with the server's certificate, and the server sent none.");
	else
		title(out, "The client does not accept the OCSP answer that came with the server's certificate, or that none did.");
	out->confidence = said ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
	say_alert_fact(f, out);
	say_certificate(f, out);
	say_stapling(f, out);
	say(&out->next_steps, "openssl s_client -connect %s%s -status </dev/null | grep -A 17 'OCSP response'", f->server, f->name);
	say(&out->next_steps, "Let the server staple (nginx: ssl_stapling on, with a resolver), and check that it reaches the responder that the certificate names.");
	return true;
}
