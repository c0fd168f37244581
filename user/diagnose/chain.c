/* SPDX-License-Identifier: GPL-2.0-only */
/* chain.c - a certificate whose issuer the client does not find: not sent, or not trusted? */
#include <openssl/x509_vfy.h>
#include <string.h>

#include "diagnose/facts.h"

enum { DATA_TYPE = 23, FRAME_BYTES = 17 + 4 + 1 + 3 + 3 + 2 }; /* around one certificate, TLS 1.3 */

/* What may be a Certificate record, a CertificateVerify record and a Finished record. */
struct hidden_flight {
	unsigned int certificate, signature;
};

/*
 * TLS 1.3 hides the chain, but not the records' lengths: a Finished of 53 or 69 bytes comes
 * last, before it the signature, before that the chain. Libraries that pack more than one
 * message into a record do not fit this.
 */
static bool see_flight(const struct facts *f, struct hidden_flight *out)
{
	const struct past_record *last[3] = { NULL };

	for (int i = 0; f->alert && i < f->alert->after_count; i++) {
		const struct past_record *r = &f->alert->after[i];

		if (r->sender != ROLE_SERVER || !r->encrypted || r->type != DATA_TYPE)
			continue;
		last[0] = last[1];
		last[1] = last[2];
		last[2] = r;
	}
	if (!last[0] || (last[2]->length != 53 && last[2]->length != 69))
		return false;
	out->certificate = last[0]->length;
	out->signature = last[1]->length;
	return out->certificate > out->signature;
}

/*
 * Two certificates would need more: with an RSA key of 2048 bits and such a signature one
 * takes 650 bytes at least, with keys on P-256 300 (SubjectPublicKeyInfo and signature take 550
 * and 163 of them).
 */
static bool room_for_one(const struct hidden_flight *flight)
{
	unsigned int bytes = flight->certificate - FRAME_BYTES;

	return flight->signature >= 281 ? bytes < 1300 : flight->signature < 100 && bytes < 600;
}

static bool issuer_not_found(const struct facts *f)
{
	if (f->verify)
		return f->verify == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
		       f->verify == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
		       f->verify == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE;
	return f->code == UNKNOWN_CA;
}

/* Why it is not a root that the client lacks; false: nothing tells. */
static bool say_intermediate(const struct facts *f, const struct certificate *c, struct finding *out)
{
	bool likely = false;

	if (f->conn->server_chain_length > 1) {
		say(&out->evidence, "The server sent %u certificates, none of them the issuer's: the file holds other ones, or the wrong intermediate.",
		    f->conn->server_chain_length);
		likely = true;
	}
	if (c->issuer_has_issuer) {
		say(&out->evidence, "The certificate says of its issuer that another one issued it: it is an intermediate.");
		likely = true;
	} else if (c->names_issuer_url) {
		say(&out->evidence, "The certificate names a place to fetch its issuer from (AIA), which roots do not need and clients rarely use.");
		likely = true;
	}
	return likely;
}

static void next(const struct facts *f, struct finding *out)
{
	say(&out->next_steps, "openssl s_client -connect %s%s -showcerts </dev/null", f->server, f->name);
	say(&out->next_steps, "Put the intermediate certificates into the server's certificate file, behind its own one (nginx: ssl_certificate; Apache: SSLCertificateFile), and reload it.");
}

static bool seen_in_chain(const struct facts *f, struct finding *out)
{
	const struct certificate *c = f->conn->server_certificate;
	bool intermediate;

	if (!c || !c->readable || c->self_issued || f->conn->server_path.linked != 1 ||
	    c->issuer_is_root)
		return false;
	title(out, "The client does not find the issuer of the server's certificate, and the server did not send it: an intermediate is missing.");
	say_alert_fact(f, out);
	say_certificate(f, out);
	if (f->conn->server_chain_length == 1)
		say(&out->evidence, "The server sent this certificate only; its issuer is another one.");
	intermediate = say_intermediate(f, c, out);
	out->confidence = intermediate || f->verify == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE ?
				  CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
	if (!intermediate)
		say(&out->evidence, "If the issuer is a root itself, nothing is missing, and the client does not trust that root.");
	say(&out->ruled_out, "A self-signed certificate: subject and issuer differ.");
	next(f, out);
	return true;
}

/* What the library says of a chain that the wire hides. */
static bool hidden_chain(const struct facts *f, struct finding *out)
{
	struct hidden_flight flight;
	bool leaf = f->verify == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE;
	bool one = see_flight(f, &flight) && room_for_one(&flight);

	if (f->conn->server_certificate || !f->verify || (!leaf && !one))
		return false;
	title(out, "The client does not find the issuer of the server's certificate, and the server %s only one: an intermediate is missing.",
	      leaf ? "sent" : "seems to have sent");
	out->confidence = leaf ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
	say_alert_fact(f, out);
	if (one)
		say(&out->evidence, "The record of the server's Certificate message has %u bytes: there is room for one certificate.",
		    flight.certificate);
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
