/* SPDX-License-Identifier: GPL-2.0-only */
/* Each rule by facts that fire it and by a near miss that must not. */
#include <openssl/x509_vfy.h>

#include "facts_made.h"

static void keys(void)
{
	struct conn c = failed_conn();
	struct alert a = fatal(C, 20, 1), two = fatal(C, 20, 2), none = fatal(C, 20, 0);

	c.resumed = true;
	is("resumed-session-keys-differ", &c, &a, "the first protected record of a resumed session");
	ok(said.confidence == CONFIDENCE_LIKELY && said.next_steps.count == 5 &&
		   !strcmp(said.next_steps.text[0],
			   "openssl s_client -connect 127.0.0.1:443 -servername a.test -no_ticket -reconnect"),
	   "the command is ready to paste");
	is("handshake-failed-unexplained", &c, &two, "not at the second record");
	is("handshake-failed-unexplained", &c, &none, "not without a protected record");
	c.totals[1].gap_bytes = 5;
	is("handshake-failed-unexplained", &c, &a, "not where bytes were not seen");
	c.totals[1].gap_bytes = 0;
	c.altered = 1;
	ok(!strcmp(code(&c, &a), "resumed-session-keys-differ") &&
		   said.confidence == CONFIDENCE_POSSIBLE && !said.ruled_out.count,
	   "altered segments weaken it");
	c.altered = 0;
	c.resumed = false;
	is("full-handshake-keys-differ", &c, &a, "of a full handshake");
	a.description = 51;
	a.sender = S;
	a.after[0].sender = C;
	c.client_certificate_sent = true;
	is("full-handshake-keys-differ", &c, &a, "decrypt_error, of the client's signature or its Finished");
	ok(said.confidence == CONFIDENCE_POSSIBLE && strstr(said.evidence.text[2], "The client signs"),
	   "both are said");
	c = failed_conn();
	c.failed = false;
	c.established = true;
	c.totals[1].records = 9;
	a = fatal(C, 20, 1);
	is("record-corrupted-mid-stream", &c, &a, "after the handshake");
	a = fatal(C, 0, 1);
	a.level = 1;
	is("", &c, &a, "a close_notify after the handshake");
}

/* One alert each; `near` is the code when the other end sends it, or another case. */
static void alerts(void)
{
	static const struct {
		uint8_t description;
		enum tls_role by;
		const char *code, *by_other;
	} cases[] = {
		{ 120, S, "no-shared-alpn", "no-shared-alpn" },
		{ 112, S, "server-name-rejected", "server-name-rejected" },
		{ 115, S, "psk-identity-unknown", "psk-identity-unknown" },
		{ 86, S, "downgrade-detected", "downgrade-detected" },
		{ 100, C, "renegotiation-refused", "renegotiation-refused" },
		{ 80, C, "internal-error-at-peer", "internal-error-at-peer" },
		{ 50, C, "malformed-message", "malformed-message" },
		{ 47, S, "malformed-message", "malformed-message" },
		{ 45, C, "certificate-expired", "certificate-rejected" },
		{ 48, C, "certificate-untrusted", "certificate-rejected" },
		{ 44, C, "certificate-revoked", "certificate-rejected" },
		{ 46, C, "certificate-rejected", "certificate-rejected" },
		{ 116, S, "client-certificate-required", "handshake-failed-unexplained" },
		{ 90, C, "handshake-failed-unexplained", "handshake-failed-unexplained" },
	};
	struct conn c = failed_conn();

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct alert a = fatal(cases[i].by, cases[i].description, 0);

		is(cases[i].code, &c, &a, "by the end that judges");
		a.sender = cases[i].by == S ? C : S;
		is(cases[i].by_other, &c, &a, "by the other end");
		a.level = 1;
		is("handshake-failed-unexplained", &c, &a, "a warning ends nothing");
	}
}

static void offers(void)
{
	static const uint8_t suites[] = { 0x0a, 0x0a, 0xc0, 0x2f, 0x13, 0x01 }, newest[] = { 3, 4 };
	struct conn c = failed_conn();
	struct alert a = fatal(S, 40, 0);

	c.client.ciphers = (struct u16_list){ suites, 3 };
	is("handshake-failed-unexplained", &c, &a, "a suite was chosen: it is not the offer");
	c.server.seen = false;
	is("no-shared-cipher", &c, &a, "in answer to the ClientHello");
	ok(said.confidence == CONFIDENCE_POSSIBLE &&
		   strstr(said.evidence.text[2], "offers TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_AES_128_GCM_SHA256."),
	   "with the offer, GREASE left out");
	ok(!has(&said.evidence, "that worked"), "a server that never served is said to have chosen nothing");
	a.sent = true;
	c.role = ROLE_SERVER;
	c.error = (struct library_error){ .library = "gnutls", .reason = -87, .received = -1, .sends = 40 };
	ok(!strcmp(code(&c, &a), "no-shared-cipher") && said.confidence == CONFIDENCE_LIKELY, "GnuTLS may mean the version");
	c.client.versions = (struct u16_list){ newest, 1 };
	ok(!strcmp(code(&c, &a), "no-shared-cipher") && said.confidence == CONFIDENCE_CERTAIN, "GnuTLS says so itself");
	c.client.versions.count = 0;
	c.error.library = NULL;
	c.role = ROLE_CLIENT;
	a.sent = false;
	a.description = 71;
	ok(!strcmp(code(&c, &a), "no-shared-cipher") && said.confidence == CONFIDENCE_LIKELY,
	   "insufficient_security says more");
	c.client.server_name = "$(reboot)";
	code(&c, &a);
	ok(!strstr(said.next_steps.text[0], "reboot"), "a name that is no host name is in no command");
}

/* The suite of TLS 1.3 that every server must know is offered. */
static void unusual_groups(void)
{
	static const uint8_t suites[] = { 0x13, 0x01, 0x13, 0x02 }, version[] = { 3, 4 }, odd[] = { 0, 29, 0, 30 },
			     usual[] = { 0, 29, 0, 23 };
	struct conn c = failed_conn();
	struct alert a = fatal(S, 40, 0);

	c.server.seen = false;
	c.past.served_cipher = 0xc02f;
	c.client.ciphers = (struct u16_list){ suites, 2 };
	c.client.versions = (struct u16_list){ version, 1 };
	c.client.groups = (struct u16_list){ odd, 2 };
	ok(!strcmp(code(&c, &a), "no-shared-group") && said.confidence == CONFIDENCE_POSSIBLE, "and the group is not: most likely that");
	c.client.groups.at = usual;
	is("no-shared-cipher", &c, &a, "and so is the group");
	ok(!has(&said.evidence, "that worked"), "what was chosen up to TLS 1.2 says nothing of TLS 1.3");
}

/* OpenSSL 3 with its default security level, asked for TLS 1.1. */
static void sha1(void)
{
	struct conn c = failed_conn();
	struct alert a = fatal(S, 80, 0);

	c.server.seen = false;
	c.role = ROLE_SERVER;
	c.client.legacy_version = 0x0302;
	is("internal-error-at-peer", &c, &a, "TLS 1.1 at most, without a library's word");
	ok(has(&said.evidence, "SHA-1"), "what OpenSSL means by it");
	a.sent = true;
	c.error = (struct library_error){ .library = "openssl", .reason = 118, .received = -1, .sends = -1 };
	is("no-shared-signature-algorithm", &c, &a, "with the library's word");
	c.error.reason = 68;
	is("internal-error-at-peer", &c, &a, "another reason of the library");
	c.client.legacy_version = 0x0303;
	code(&c, &a);
	ok(!has(&said.evidence, "SHA-1"), "TLS 1.2 needs none");
	ok(said.ruled_out.count == 1, "a server judges no certificate here");
	c = failed_conn();
	a = fatal(C, 80, 0);
	code(&c, &a);
	ok(!said.ruled_out.count && has(&said.evidence, "refuses the certificate"), "it may be about the certificate");
}

static void signatures(void)
{
	static const uint8_t suites[] = { 0xc0, 0x2f }, ecdsa[] = { 4, 3, 5, 3 }, both[] = { 4, 3, 8, 4 };
	struct conn c = failed_conn();
	struct alert a = fatal(S, 40, 0);

	c.server.seen = false;
	c.client.ciphers = (struct u16_list){ suites, 1 };
	c.client.signature_algorithms = (struct u16_list){ ecdsa, 2 };
	c.past.served_cipher = 0xc02f;
	is("no-shared-cipher", &c, &a, "the server's key is not known");
	c.past.served_key = "RSA";
	is("no-shared-signature-algorithm", &c, &a, "none of the client's is for the server's key");
	ok(said.confidence == CONFIDENCE_LIKELY && strstr(said.evidence.text[2], "ecdsa_secp256r1_sha256"),
	   "likely, with what the client offers");
	c.client.signature_algorithms.at = both;
	is("no-shared-cipher", &c, &a, "one of them is");
	c.client.signature_algorithms.at = ecdsa;
	c.past.served_cipher = 0xc030;
	is("no-shared-cipher", &c, &a, "the cipher suite of then is not offered");
}

static void certificates(void)
{
	struct certificate old = { .readable = true, .has_not_before = true, .has_not_after = true,
				   .not_before_s = 10, .not_after_s = 999 };
	struct conn c = failed_conn();
	struct alert a = fatal(C, 42, 0);

	is("certificate-rejected", &c, &a, "nothing is known of it");
	c.server_certificate = &old;
	is("certificate-expired", &c, &a, "its dates are past");
	a.description = 45;
	ok(!strcmp(code(&c, &a), "certificate-expired") && said.confidence == CONFIDENCE_CERTAIN, "and the alert says so");
	old.not_after_s = 1001;
	ok(!strcmp(code(&c, &a), "certificate-expired") && said.confidence == CONFIDENCE_LIKELY && has(&said.evidence, "revocation"),
	   "the alert alone may be about a revocation list");
	a.description = 42;
	is("certificate-rejected", &c, &a, "its dates are not past");
	old.not_before_s = 1001;
	is("certificate-not-yet-valid", &c, &a, "its dates are to come");
	c.error = (struct library_error){ .library = "gnutls", .reason = -43, .sends = -1, .received = -1,
					  .verify = X509_V_ERR_CERT_REVOKED, .verify_text = "certificate revoked" };
	is("certificate-revoked", &c, &a, "GnuTLS says so, with an alert of its own choice");
	c.error.library = NULL;
	a = fatal(S, 42, 0);
	c.client_certificate_requested = true;
	is("client-certificate-required", &c, &a, "asked for and not sent");
	c.client_certificate_sent = true;
	is("client-certificate-rejected", &c, &a, "sent");
	a = fatal(S, 40, 0);
	is("handshake-failed-unexplained", &c, &a, "handshake_failure with a certificate sent");
}

static void silence(void)
{
	struct conn c = failed_conn();
	struct alert a = fatal(S, 0, 0), hidden = { .sender = ROLE_SERVER, .encrypted = true };

	strcpy(c.history, "C");
	c.close = CLOSE_RESET;
	c.close_by = ROLE_SERVER;
	is("peer-reset-during-handshake", &c, NULL, "a reset");
	ok(said.evidence.count == 3 && strstr(said.evidence.text[1], "the server's turn"), "whose turn it was");
	is("handshake-failed-unexplained", &c, &hidden, "a reset behind an alert that cannot be read");
	c.close = CLOSE_FIN;
	is("peer-closed-during-handshake", &c, NULL, "a close");
	a.level = 1;
	is("peer-closed-during-handshake", &c, &a, "a close_notify");
	c.close = CLOSE_OPEN;
	c.close_by = ROLE_UNKNOWN;
	is("handshake-failed-unexplained", &c, NULL, "tracing ended first");
	c.failed = false;
	is("", &c, NULL, "what did not fail");
}

static void verdict(void)
{
	struct conn c = failed_conn();

	c.verdict.result = 18;
	c.verdict.alert = 48;
	c.verdict.text = "self-signed certificate";
	c.close = CLOSE_FIN;
	c.close_by = ROLE_CLIENT;
	is("certificate-untrusted", &c, NULL, "the program closed upon its library's verdict");
	ok(said.confidence == CONFIDENCE_LIKELY, "which is likely, not certain");
	static const struct { int result, alert; const char *code; } verdicts[] = {
		{ 9, 42, "certificate-not-yet-valid" }, { 10, 45, "certificate-expired" },
		{ 23, 44, "certificate-revoked" }, { 62, 42, "certificate-name-mismatch" },
		{ 64, 42, "certificate-name-mismatch" }, { 26, 43, "certificate-wrong-purpose" },
		{ 66, 42, "certificate-weak-key" }, { 68, 42, "certificate-weak-key" },
		{ 20, 48, "certificate-untrusted" }, { 12, 45, "certificate-rejected" },
	};

	for (size_t i = 0; i < sizeof(verdicts) / sizeof(*verdicts); i++) {
		c.verdict.result = verdicts[i].result;
		c.verdict.alert = verdicts[i].alert;
		is(verdicts[i].code, &c, NULL, "the verdict is what it says");
	}
	c.close_by = ROLE_SERVER;
	is("peer-closed-during-handshake", &c, NULL, "the other end closed, whatever the verdict");
	c.role = ROLE_SERVER;
	is("client-certificate-rejected", &c, NULL, "a server's verdict is on the client's certificate");
	c.role = ROLE_CLIENT;
	c.close_by = ROLE_CLIENT;
	c.verdict.result = 0;
	is("peer-closed-during-handshake", &c, NULL, "a verdict that was taken back");
}

int main(void)
{
	verdict();
	keys();
	alerts();
	unusual_groups();
	sha1();
	offers();
	signatures();
	certificates();
	silence();
	return failed;
}
