/* SPDX-License-Identifier: GPL-2.0-only */
/* certificates.c - rules for certificates that one end refuses. */
#include <openssl/sslerr.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "diagnose/facts.h"
#include "model/names.h"

/* The certificate that the sender of the alert judged; NULL: it was not readable. */
static const struct certificate *judged(const struct facts *f)
{
	const struct certificate *c = f->by == ROLE_CLIENT ? f->conn->server_certificate :
							     f->conn->client_certificate;

	return c && c->readable ? c : NULL;
}

static const char *date(int64_t seconds, char text[32])
{
	time_t time = seconds;
	struct tm tm;

	if (!gmtime_r(&time, &tm) || !strftime(text, 32, "%Y-%m-%d %H:%M:%S UTC", &tm))
		return "a date out of range";
	return text;
}

void say_certificate(const struct facts *f, struct finding *out)
{
	const struct certificate *c = judged(f);
	char from[32], to[32];

	if (!c)
		return;
	if (c->subject && c->issuer)
		say(&out->evidence, "The certificate's subject is %.120s, its issuer %.120s.", c->subject,
		    c->issuer);
	if (c->has_not_before && c->has_not_after)
		say(&out->evidence, "It is valid from %s to %s.", date(c->not_before_s, from),
		    date(c->not_after_s, to));
}

/* The client's judgement of the server's certificate. */
static bool of_server(const struct facts *f)
{
	return f->by == ROLE_CLIENT;
}

bool about_certificate(int code)
{
	return (code >= NO_CERTIFICATE && code <= CERTIFICATE_UNKNOWN) || code == UNKNOWN_CA ||
	       code == CERTIFICATE_UNOBTAINABLE || code == BAD_CERTIFICATE_STATUS ||
	       code == BAD_CERTIFICATE_HASH;
}

/* By the library's word: it compares with the name that the program gave it, whatever was sent as server name. */
static bool refuses_name(const struct facts *f)
{
	return f->verify == X509_V_ERR_HOSTNAME_MISMATCH || f->verify == X509_V_ERR_IP_ADDRESS_MISMATCH;
}

/* What the certificate itself excludes, where it was readable; the rule says what it has looked at. */
static void rule_out(const struct facts *f, struct finding *out)
{
	const struct certificate *c = of_server(f) ? judged(f) : NULL;
	const char *name = f->conn->client.server_name;
	int64_t now_s = f->time_ns / 1000000000;

	if (c && c->has_not_before && c->has_not_after && c->not_before_s <= now_s && now_s <= c->not_after_s)
		say(&out->ruled_out, "Its dates, by the clock here: the server's own certificate was valid then.");
	if (c && *name && certificate_is_for(c, name) && !refuses_name(f))
		say(&out->ruled_out, "Its name: it is for \"%.200s\", which the client asked for.", name);
}

static void next_for_server(const struct facts *f, struct finding *out)
{
	say(&out->next_steps, "openssl s_client -connect %s%s -showcerts </dev/null | openssl x509 -noout -subject -issuer -dates -ext subjectAltName",
	    f->server, f->name);
}

/* Alerts that do not tell the cause: the certificate's own fields may. */
static bool says_little(const struct facts *f)
{
	return !f->verify && (f->code == BAD_CERTIFICATE || f->code == CERTIFICATE_UNKNOWN);
}

bool rule_not_yet_valid(const struct facts *f, struct finding *out)
{
	const struct certificate *c = of_server(f) ? judged(f) : NULL;
	char now[32];

	bool early = c && c->has_not_before && c->not_before_s > f->time_ns / 1000000000;
	bool said = f->verify == X509_V_ERR_CERT_NOT_YET_VALID && about_certificate(f->code);
	bool open = says_little(f) || (!f->verify && f->code == CERTIFICATE_EXPIRED);

	if (!of_server(f) || !(said || (early && open)))
		return false;
	title(out, "The server's certificate is not valid yet.");
	out->confidence = f->code == CERTIFICATE_EXPIRED || f->verify ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
	say_alert_fact(f, out);
	say_certificate(f, out);
	say(&out->evidence, "The handshake was at %s.", date(f->time_ns / 1000000000, now));
	say(&out->next_steps, "Compare the clocks of both hosts.");
	rule_out(f, out);
	next_for_server(f, out);
	return true;
}

bool rule_expired(const struct facts *f, struct finding *out)
{
	const struct certificate *c = of_server(f) ? judged(f) : NULL;
	bool past = c && c->has_not_after && c->not_after_s < f->time_ns / 1000000000;
	bool said = f->verify == X509_V_ERR_CERT_HAS_EXPIRED && about_certificate(f->code);
	char now[32];

	/* OpenSSL sends the same alert for a revocation list that is too old. */
	if (!of_server(f) || f->verify == X509_V_ERR_CRL_HAS_EXPIRED ||
	    !(f->code == CERTIFICATE_EXPIRED || said || (past && says_little(f))))
		return false;
	title(out, said || past ? "The server's certificate has expired." :
				  "The server's certificate has expired or is not valid yet: the client's alert means either.");
	out->confidence = said || (f->code == CERTIFICATE_EXPIRED && past) ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
	say_alert_fact(f, out);
	say_certificate(f, out);
	say(&out->evidence, "The handshake was at %s.", date(f->time_ns / 1000000000, now));
	if (!said && !past)
		say(&out->evidence, "OpenSSL sends this alert for a revocation list that is too old, too.");
	if (c && !past)
		say(&out->evidence, "The leaf certificate is within its dates: an issuer's in the chain may have expired, or the client's clock is wrong.");
	say(&out->next_steps, "Renew the certificate, and reload the server: an old process may still hold the old file.");
	rule_out(f, out);
	next_for_server(f, out);
	return true;
}

static bool self_signed(const struct facts *f)
{
	return f->verify == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN ||
	       f->verify == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT;
}

/* Libraries that have one alert for all of it tell the cause apart. */
static bool said_untrusted(const struct facts *f)
{
	return about_certificate(f->code) &&
	       (f->verify == X509_V_ERR_CERT_UNTRUSTED ||
		f->verify == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY || self_signed(f));
}

/* unknown_ca is also said of a chain that is too long, or of a missing revocation list. */
static bool chain_unfit(const struct facts *f)
{
	return f->verify && !said_untrusted(f) && f->verify != X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT &&
	       f->verify != X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE;
}

bool rule_untrusted(const struct facts *f, struct finding *out)
{
	const struct certificate *c = judged(f);

	if (!of_server(f) || (f->code != UNKNOWN_CA && !said_untrusted(f)))
		return false;
	if (chain_unfit(f))
		title(out, "The client does not accept the chain of the server's certificate: %s.", f->error->verify_text);
	else
		title(out, "The client does not trust the issuer of the server's certificate.");
	out->confidence = CONFIDENCE_CERTAIN;
	say_alert_fact(f, out);
	say_certificate(f, out);
	if (c && c->has_not_after && c->not_after_s < f->time_ns / 1000000000)
		say(&out->evidence, "It has expired too.");
	if (f->conn->server_chain_length)
		say(&out->evidence, "The server sent %u certificate%s%s.", f->conn->server_chain_length,
		    f->conn->server_chain_length == 1 ? "" : "s",
		    !f->conn->server_path.to_root ? "" :
		    f->conn->server_path.linked == 1 ? ", which is self-signed" : ", up to a self-signed root");
	if (f->conn->server_path.linked == 1 && !f->conn->server_path.to_root)
		say(&out->evidence, "Its issuer was not sent: if that is an intermediate and no root, it is missing.");
	else if (!c && !chain_unfit(f) && !self_signed(f))
		say(&out->evidence, "The chain cannot be seen here: an intermediate that the server did not send looks the same.");
	say(&out->next_steps, "openssl s_client -connect %s%s -CAfile CA.pem -verify_return_error </dev/null",
	    f->server, f->name);
	rule_out(f, out);
	next_for_server(f, out);
	return true;
}

bool rule_revoked(const struct facts *f, struct finding *out)
{
	bool said = f->verify == X509_V_ERR_CERT_REVOKED && about_certificate(f->code);

	if (!of_server(f) || !(f->code == CERTIFICATE_REVOKED || said))
		return false;
	title(out, "The client holds that the server's certificate was revoked.");
	out->confidence = CONFIDENCE_CERTAIN;
	say_alert_fact(f, out);
	say_certificate(f, out);
	rule_out(f, out);
	next_for_server(f, out);
	return true;
}

bool rule_certificate(const struct facts *f, struct finding *out)
{
	if (!of_server(f) || !(about_certificate(f->code) || f->reason == SSL_R_CERTIFICATE_VERIFY_FAILED))
		return false;
	title(out, "The client rejects the server's certificate (%s).", f->verify ? f->error->verify_text : alert_name(f->code));
	out->confidence = f->verify ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
	say_alert_fact(f, out);
	say_certificate(f, out);
	if (!f->error)
		say(&out->evidence, "The code does not say why: the client's own log does.");
	rule_out(f, out);
	next_for_server(f, out);
	return true;
}

bool rule_name_mismatch(const struct facts *f, struct finding *out)
{
	const struct certificate *c = of_server(f) ? judged(f) : NULL;
	const char *name = f->conn->client.server_name;

	bool said = refuses_name(f), fits = c && *name && certificate_is_for(c, name);

	if (!said && (!c || !*name || !c->name_count || f->verify ||
		      (f->code != BAD_CERTIFICATE && f->code != CERTIFICATE_UNKNOWN)))
		return false;
	if (!said && fits)
		return false;
	title(out, "The server's certificate is for another name than the client %s.",
	      said && (fits || !c || !*name) ? "expects" : "asked for");
	out->confidence = said ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
	say_alert_fact(f, out);
	say_certificate(f, out);
	if (fits)
		say(&out->evidence, "The certificate is for \"%.200s\", the server name that the client sent; the program had its library look for another one, which is not on the wire.", name);
	else if (c && *name && c->name_count)
		say(&out->evidence, "The client asked for \"%.200s\"; the certificate names \"%.200s\"%s.", name,
		    c->names[0], c->name_count > 1 ? " and others, none of which matches" : "");
	rule_out(f, out);
	next_for_server(f, out);
	return true;
}

bool rule_purpose(const struct facts *f, struct finding *out)
{
	const struct certificate *c = of_server(f) ? judged(f) : NULL;

	bool said = of_server(f) && f->verify == X509_V_ERR_INVALID_PURPOSE;

	if (!said && (f->verify || !c || !about_certificate(f->code) || !c->limits_purpose || c->for_servers))
		return false;
	title(out, "The server's certificate is not meant for a TLS server.");
	out->confidence = said ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
	say_alert_fact(f, out);
	say_certificate(f, out);
	if (c && c->limits_purpose && !c->for_servers)
		say(&out->evidence, "Its extended key usage does not name serverAuth (RFC 5280 4.2.1.12).");
	rule_out(f, out);
	next_for_server(f, out);
	return true;
}

/* handshake_failure by a client has other causes, and libraries name most of them. */
static bool may_mean_key(const struct facts *f)
{
	return about_certificate(f->code) || f->code == INSUFFICIENT_SECURITY ||
	       (f->code == HANDSHAKE_FAILURE && !f->reason && !f->gnutls &&
		(f->conn->server.renegotiation_info || is_tls13(f->conn->server.version)));
}

bool rule_weak_key(const struct facts *f, struct finding *out)
{
	const struct certificate *c = of_server(f) ? judged(f) : NULL;
	bool rsa = c && c->key_type && !strcmp(c->key_type, "RSA");

	bool said = of_server(f) && (f->verify == X509_V_ERR_EE_KEY_TOO_SMALL ||
				     f->verify == X509_V_ERR_CA_KEY_TOO_SMALL ||
				     f->verify == X509_V_ERR_CA_MD_TOO_WEAK);

	if (!said && (f->verify || !c || !c->key_type || !(rsa ? c->key_bits < 2048 : c->key_bits < 224) ||
		      !c->key_bits || !may_mean_key(f)))
		return false;
	title(out, f->verify == X509_V_ERR_CA_MD_TOO_WEAK && f->gnutls ?
			   "The client refuses the server's certificate: its key, or the digest of its signature, is too weak." :
		   f->verify == X509_V_ERR_CA_MD_TOO_WEAK ?
			   "The client refuses the server's certificate: its signature uses a digest that is too weak." :
			   "The client refuses the key of the server's certificate, which is too short.");
	out->confidence = said ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
	say_alert_fact(f, out);
	say_certificate(f, out);
	if (c && c->key_type && c->key_bits)
		say(&out->evidence, "The key is %s with %u bits.", c->key_type, c->key_bits);
	rule_out(f, out);
	next_for_server(f, out);
	return true;
}
