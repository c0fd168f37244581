/* SPDX-License-Identifier: GPL-2.0-only */
/* What a library found, what the alert says and what the certificate shows: who is believed. */
#include <openssl/sslerr.h>
#include <openssl/x509_vfy.h>

#include "facts_made.h"

#define NOW_S 1000 /* as facts_made.h has it */

static char *names[] = { "a.test" };
static struct certificate cert;

static struct conn refusing(void)
{
	struct conn c = failed_conn();

	cert = (struct certificate){ .readable = true, .names = names, .name_count = 1, .key_type = "EC", .key_bits = 256 };
	c.server_certificate = &cert;
	return c;
}

static void found(struct conn *c, int verify, const char *text)
{
	c->error = (struct library_error){ .library = "openssl", .reason = SSL_R_CERTIFICATE_VERIFY_FAILED,
					   .sends = -1, .received = -1, .verify = verify, .verify_text = text };
}

static void expired(void)
{
	struct conn c = refusing();
	struct alert unknown_ca = fatal(C, 48, 0), bad = fatal(C, 42, 0), old = fatal(C, 45, 0);

	cert.has_not_after = true;
	cert.not_after_s = NOW_S - 1;
	is("certificate-expired", &c, &bad, "an alert that says little, of one that is past its date");
	is("certificate-untrusted", &c, &unknown_ca, "unknown_ca says what it means");
	ok(!!strstr(said.evidence.text[said.evidence.count - 1], "expired too") ||
		   !!strstr(said.evidence.text[1], "expired too"),
	   "and that it is past its date is told");
	found(&c, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, "self-signed certificate");
	is("certificate-untrusted", &c, &bad, "the library knows better than the dates");
	ok(!said.ruled_out.count || !strstr(said.ruled_out.text[0], "dates"), "dates that are past are not ruled out");
	cert.has_not_before = true;
	cert.not_after_s = NOW_S + 1;
	is("certificate-untrusted", &c, &bad, "the same within its dates");
	ok(said.ruled_out.count == 2 && strstr(said.ruled_out.text[0], "dates") && strstr(said.ruled_out.text[1], "a.test"),
	   "its dates and its name are ruled out");
	cert.not_after_s = NOW_S - 1;
	found(&c, X509_V_ERR_CRL_HAS_EXPIRED, "CRL has expired");
	is("certificate-rejected", &c, &old, "a revocation list that is too old is no certificate");
	ok(said.confidence == CONFIDENCE_CERTAIN && strstr(said.title, "CRL has expired"), "and the title says so");
	found(&c, X509_V_ERR_CERT_HAS_EXPIRED, "certificate has expired");
	is("certificate-expired", &c, &old, "a certificate is");
}

static void early(void)
{
	struct conn c = refusing();
	struct alert bad = fatal(C, 42, 0), unknown_ca = fatal(C, 48, 0), old = fatal(C, 45, 0);

	cert.has_not_before = true;
	cert.not_before_s = NOW_S + 1;
	is("certificate-not-yet-valid", &c, &bad, "bad_certificate, of one whose dates are to come");
	is("certificate-not-yet-valid", &c, &old, "certificate_expired, as some say of it");
	is("certificate-untrusted", &c, &unknown_ca, "unknown_ca");
	found(&c, X509_V_ERR_HOSTNAME_MISMATCH, "hostname mismatch");
	is("certificate-name-mismatch", &c, &bad, "the library looked at the name");
}

static void chains(void)
{
	struct conn c = refusing();
	struct alert a = fatal(C, 48, 0);

	found(&c, X509_V_ERR_UNABLE_TO_GET_CRL, "unable to get certificate CRL");
	is("certificate-untrusted", &c, &a, "unknown_ca for want of a revocation list");
	ok(!!strstr(said.title, "unable to get certificate CRL") && !strstr(said.title, "trust"),
	   "the title claims no more than the library");
	found(&c, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, "self-signed certificate in certificate chain");
	is("certificate-untrusted", &c, &a, "a root that is not trusted");
	ok(!!strstr(said.title, "does not trust the issuer"), "is one that is not trusted");
}

static void keys(void)
{
	struct conn c = refusing();
	struct alert bad = fatal(C, 42, 0), failure = fatal(C, 40, 0);

	cert.key_type = "RSA";
	cert.key_bits = 1024;
	cert.limits_purpose = true;
	is("certificate-wrong-purpose", &c, &bad, "neither purpose nor key is good, and nobody says which");
	found(&c, X509_V_ERR_EE_KEY_TOO_SMALL, "EE certificate key too weak");
	is("certificate-weak-key", &c, &bad, "the library says which");
	found(&c, X509_V_ERR_CERT_REJECTED, "certificate rejected");
	is("certificate-rejected", &c, &bad, "or that it is neither");
	c = refusing();
	cert.key_type = "RSA";
	cert.key_bits = 1024;
	c.server.renegotiation_info = true;
	is("certificate-weak-key", &c, &failure, "handshake_failure, and a short key");
	c.error = (struct library_error){ .library = "openssl", .reason = SSL_R_DH_KEY_TOO_SMALL, .sends = 40, .received = -1 };
	is("no-shared-group", &c, &failure, "the library means another key");
}

/* The server's choice is not on the client's list. */
static void versions(void)
{
	static const uint8_t list[] = { 3, 4 };
	struct conn c = failed_conn();
	struct alert a = fatal(C, 40, 0);

	c.server.renegotiation_info = true;
	c.client.versions = (struct u16_list){ list, 1 };
	is("version-mismatch", &c, &a, "TLS 1.2 is chosen, TLS 1.3 alone was offered");
	ok(said.confidence == CONFIDENCE_LIKELY, "likely");
	c.close = CLOSE_FIN;
	c.close_by = C;
	is("version-mismatch", &c, NULL, "the client closed without a word");
	c.close_by = S;
	is("peer-closed-during-handshake", &c, NULL, "the server did");
	c.server.version = 0x0304;
	c.close_by = C;
	is("peer-closed-during-handshake", &c, NULL, "what was chosen was offered");
	is("handshake-failed-unexplained", &c, &a, "and was then refused");
}

static void master_secret(void)
{
	struct conn c = failed_conn();
	struct alert a = fatal(S, 40, 0);

	c.role = S;
	a.sent = true;
	c.server.seen = false;
	c.error = (struct library_error){ .library = "openssl", .reason = SSL_R_INCONSISTENT_EXTMS, .sends = 40, .received = -1 };
	is("extended-master-secret-mismatch", &c, &a, "the library says so, and nobody saw the session made");
	ok(said.confidence == CONFIDENCE_CERTAIN && strstr(said.title, "made with "), "certain");
	c.error.library = NULL;
	is("no-shared-cipher", &c, &a, "without its word and without a history it is anything");
}

static void unnamed(void)
{
	struct conn c = failed_conn();
	struct alert a = fatal(S, 80, 0);

	c.server.seen = false;
	c.client.server_name = "";
	c.past.named.full_good = c.past.served = 3;
	is("server-name-missing", &c, &a, "internal_error, as Go says without a certificate");
	ok(said.confidence == CONFIDENCE_POSSIBLE, "possible");
	c.close = CLOSE_RESET;
	c.close_by = S;
	is("server-name-missing", &c, NULL, "a reset");
	c.past.served = 4;
	is("peer-reset-during-handshake", &c, NULL, "another one without a name was served");
	is("internal-error-at-peer", &c, &a, "then it is an error of the server's own");
	c.past.served = 3;
	c.client.server_name = "a.test";
	is("internal-error-at-peer", &c, &a, "and so with a name");
}

static void stapling(void)
{
	struct conn c = refusing();
	struct alert bad = fatal(C, 42, 0), status = fatal(C, 113, 0);

	is("certificate-rejected", &c, &status, "bad_certificate_status_response");
	ok(!!strstr(said.title, "sent none"), "there was no OCSP answer");
	c.server.ocsp_response = true;
	is("certificate-rejected", &c, &status, "the same of an answer");
	ok(!!strstr(said.title, "does not accept"), "there was one");
	c = refusing();
	is("certificate-rejected", &c, &bad, "bad_certificate");
	ok(!strstr(said.title, "OCSP"), "is not about an OCSP answer");
	cert.must_staple = true;
	is("certificate-rejected", &c, &bad, "unless the certificate demands one");
	ok(strstr(said.title, "OCSP") && said.confidence == CONFIDENCE_LIKELY, "likely");
	c.server.ocsp_response = true;
	is("certificate-rejected", &c, &bad, "and there is one");
	ok(!strstr(said.title, "OCSP"), "then it is something else");
}

int main(void)
{
	expired();
	early();
	chains();
	keys();
	versions();
	master_secret();
	unnamed();
	stapling();
	return failed;
}
