/* SPDX-License-Identifier: GPL-2.0-only */
/* chain.c - a certificate whose issuer the client does not find: not sent, or not trusted? */
#include <openssl/x509_vfy.h>
#include <string.h>

#include "diagnose/facts.h"

static bool issuer_not_found(const struct facts *f)
{
	if (f->verify)
		return f->verify == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
		       f->verify == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
		       f->verify == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE;
	return f->code == UNKNOWN_CA;
}

static bool named_intermediate(const char *issuer)
{
	static const char *const words[] = { "intermediate", "issuing", "subordinate", "sub ca", "sub-ca" };

	for (size_t i = 0; issuer && i < sizeof(words) / sizeof(*words); i++)
		if (strcasestr(issuer, words[i]))
			return true;
	return false;
}

/* Why the issuer is not a root that the client lacks: it would look the same. */
static bool say_intermediate(const struct facts *f, const struct certificate *c, struct finding *out)
{
	bool others = f->conn->server_path.others;

	if (others)
		say(&out->evidence, "The server sent %u certificates, none of them the issuer's: the file holds other ones, or the wrong intermediate.",
		    f->conn->server_chain_length);
	else
		say(&out->evidence, "The server sent this certificate only; its issuer is another one.");
	if (c->issuer_has_issuer)
		say(&out->evidence, "The certificate says of its issuer that another one issued it: it is an intermediate.");
	else if (c->names_issuer_url)
		say(&out->evidence, "The certificate names a place to fetch its issuer from (AIA), which roots do not need and clients rarely use.");
	else if (named_intermediate(c->issuer))
		say(&out->evidence, "The issuer's name is that of an intermediate.");
	else
		return others;
	return true;
}

static void next(const struct facts *f, struct finding *out)
{
	say(&out->next_steps, "openssl s_client -connect %s%s -showcerts </dev/null", f->server, f->name);
	say(&out->next_steps, "Put the intermediate certificates into the server's certificate file, behind its own one (nginx: ssl_certificate; Apache: SSLCertificateFile), and reload it.");
}

static bool seen_in_chain(const struct facts *f, struct finding *out)
{
	const struct certificate *c = f->conn->server_certificate;

	if (!c || !c->readable || c->self_issued || f->conn->server_path.linked != 1 ||
	    c->issuer_is_root)
		return false;
	title(out, "The client does not find the issuer of the server's certificate, and the server did not send it: an intermediate is missing.");
	out->confidence = CONFIDENCE_LIKELY;
	say_alert_fact(f, out);
	say_certificate(f, out);
	if (!say_intermediate(f, c, out))
		return false;
	say(&out->ruled_out, "A self-signed certificate: subject and issuer differ.");
	next(f, out);
	return true;
}

/* What the library says of a chain that the wire hides: 21 is of a certificate that came alone. */
static bool hidden_chain(const struct facts *f, struct finding *out)
{
	if (f->conn->server_certificate || f->verify != X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE)
		return false;
	title(out, "The client does not find the issuer of the server's certificate, and the server sent only one: most likely an intermediate is missing.");
	out->confidence = CONFIDENCE_POSSIBLE;
	say_alert_fact(f, out);
	say(&out->evidence, "If the issuer is a root itself, nothing is missing, and the client does not trust that root.");
	say(&out->ruled_out, "A self-signed certificate, or a root that was sent: the library has other results for those (18, 19).");
	next(f, out);
	return true;
}

bool rule_chain(const struct facts *f, struct finding *out)
{
	if (f->by != ROLE_CLIENT || !issuer_not_found(f))
		return false;
	return seen_in_chain(f, out) || hidden_chain(f, out);
}
