/* SPDX-License-Identifier: GPL-2.0-only */
/* What a program decides when the handshake is over, and who looks the same and decides nothing. */
#include <openssl/x509_vfy.h>

#include "facts_made.h"

static char *names[] = { "b.test" };
static struct certificate cert = { .readable = true, .names = names, .name_count = 1 };

static void remark(const char *wanted, const struct conn *c, const char *what)
{
	char line[160];
	const char *found = "";
	struct finding one;
	size_t next = 0;

	while (diagnose_remark(c, AT_CLOSE, 1000, &next, &one))
		if (strcmp(one.code, "closed-without-close-notify")) {
			said = one;
			found = one.code;
		}
	snprintf(line, sizeof(line), "%s: %s", *wanted ? wanted : "nothing", what);
	ok(!strcmp(found, wanted), line);
}

/* The client's end of a connection that worked; `by` closed it, 1 ms later. */
static struct conn closed(enum tls_role by)
{
	struct conn c = failed_conn();

	c.failed = false;
	c.established = true;
	c.server_certificate = &cert;
	c.established_at_ns = 1000;
	c.closed_ns = c.last_record_ns = 1001000;
	c.close = CLOSE_NOTIFY;
	c.close_by = by;
	c.records_shaking[0] = c.records_shaking[1] = 4;
	c.totals[0].records = c.totals[1].records = 5;
	return c;
}

static void name(void)
{
	struct conn c = closed(C);

	remark("certificate-name-mismatch", &c, "the certificate is for another name, and the client left");
	ok(said.confidence == CONFIDENCE_POSSIBLE && said.severity == SEVERITY_INFO, "possible, by the wire alone");
	c.library = "openssl";
	remark("certificate-name-mismatch", &c, "its library found nothing wrong");
	ok(said.confidence == CONFIDENCE_POSSIBLE && said.severity == SEVERITY_WARNING, "a warning");
	c.verdict.result = 20;
	remark("", &c, "the library found worse, and the client went on");
	c = closed(C);
	nobody.pid = 7;
	remark("", &c, "a client on this host, of whose library nothing is known");
	nobody.pid = 0;
	c.role = S;
	remark("", &c, "the server's end of it");
	c.remote.address[15] = 9;
	remark("certificate-name-mismatch", &c, "the server's end, of a client elsewhere");
	c = closed(C);
	c.client.server_name = "b.test";
	remark("", &c, "it is for the name");
	c = closed(C);
	c.client.server_name = "";
	remark("", &c, "the client names no server");
	c = closed(C);
	c.totals[0].records = 6;
	c.totals[0].app_records = 1;
	remark("", &c, "the client sent data");
	c = closed(S);
	remark("", &c, "the server left");
	c = closed(C);
	c.closed_ns += 4000000000LL;
	remark("certificate-name-mismatch", &c, "the server took its time to close");
	c.last_record_ns = c.closed_ns;
	remark("", &c, "the client took its time");
	c = closed(C);
	c.close = CLOSE_FIN;
	c.closed_ns += 4000000000LL;
	remark("", &c, "without a farewell the end itself counts");
	c = closed(C);
	c.resumed = true;
	remark("", &c, "no certificate was sent");
	c = closed(C);
	c.alerts[c.alert_count++].level = 2;
	remark("", &c, "the alert says why");
	c.last_alert.peer_gone = true;
	remark("certificate-name-mismatch", &c, "an alert that only says that the client is gone");
}

static void required(void)
{
	struct conn c = closed(S);

	c.totals[0].records = c.totals[1].records = 6;
	c.client_certificate_requested = true;
	remark("", &c, "one request, one answer, and the server left");
	c.past.served_certified = 1;
	remark("client-certificate-required", &c, "the same of a server that took one with a certificate");
	ok(said.confidence == CONFIDENCE_POSSIBLE && said.severity == SEVERITY_INFO, "no more than possible");
	c.close_by = C;
	c.client.server_name = "b.test";
	remark("", &c, "the client left");
	c.close_by = S;
	c.totals[1].records = 9;
	remark("", &c, "a long answer");
	c.totals[1].records = c.totals[0].records = 6;
	c.client_certificate_sent = true;
	remark("", &c, "a certificate was sent");
	c.role = S;
	c.verdict.result = 10;
	c.verdict.text = "certificate has expired";
	remark("client-certificate-rejected", &c, "and does not verify, as the server's library says");
	c.past.served_certified = 0;
	remark("", &c, "the same of a server that took nobody whose certificate verifies");
	c.past.served_certified = 1;
	remark("client-certificate-rejected", &c, "it took one");
	ok(said.confidence == CONFIDENCE_POSSIBLE && said.severity == SEVERITY_WARNING, "possible");
	c.role = C;
	remark("", &c, "the client's library speaks of the server's");
	c = closed(S);
	c.totals[0].records = 6;
	c.past.served_certified = 1;
	c.server.version = 0x0304;
	c.certificate_hint = HINT_EMPTY;
	remark("client-certificate-required", &c, "TLS 1.3: by the size of what the client sent");
	c.certificate_hint = HINT_NOT_ASKED;
	remark("", &c, "no certificate was asked for");
}

/* What its library found, and then it left without data and without a farewell. */
static void found(void)
{
	struct conn c = closed(C);

	c.library = "openssl";
	c.server_certificate = NULL;
	c.close = CLOSE_FIN;
	c.totals[0].records = 4;
	remark("", &c, "nothing was found");
	c.verdict = (struct library_verdict){ .result = X509_V_ERR_CERT_HAS_EXPIRED, .alert = 45, .text = "certificate has expired" };
	remark("certificate-expired", &c, "expired");
	ok(said.confidence == CONFIDENCE_POSSIBLE && said.severity == SEVERITY_WARNING, "possible, a warning");
	c.verdict.result = X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT;
	c.verdict.alert = 48;
	remark("certificate-untrusted", &c, "not trusted");
	c.close = CLOSE_NOTIFY;
	remark("", &c, "one that says farewell may have had nothing to say");
	c.close = CLOSE_FIN;
	c.totals[0].records = 5;
	remark("", &c, "one that sends data");
	c.totals[0].records = 4;
	c.close_by = S;
	remark("", &c, "the server closed");
	c.role = S;
	c.totals[0].records = 5;
	remark("", &c, "the server, after data");
	c.totals[0].records = 4;
	remark("client-certificate-rejected", &c, "the server's library, of the client's");
	c.failed = true;
	remark("", &c, "what failed was told before");
}

int main(void)
{
	found();
	name();
	required();
	return failed;
}
