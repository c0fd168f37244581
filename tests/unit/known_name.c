/* SPDX-License-Identifier: GPL-2.0-only */
/* What a server did for a name before, and another certificate for it. */
#include <openssl/sslerr.h>
#include <openssl/x509_vfy.h>

#include "facts_made.h"
#include "track/history.h"

/* A full handshake that ended; `id` is both its number and its client port. */
static struct conn met(uint64_t id, bool worked)
{
	struct conn c = failed_conn();

	c.id = c.local.port = id;
	c.failed = !worked;
	c.established = worked;
	return c;
}

static void names(void)
{
	char *named[] = { "a.test" };
	struct certificate cert = { .readable = true, .names = named, .name_count = 1, .sha256 = { 5 } };
	struct history *h = history_new(100, 100);
	struct conn c = met(1, true);

	c.server_certificate = &cert;
	history_handshake(h, &c, 1000);
	c = met(2, false);
	history_handshake(h, &c, 2000);
	ok(c.past.name_good == 1 && !c.past.name_bad && c.past.knows_certificate && c.past.certificate[0] == 5,
	   "what this server did for the name, and its certificate for it");
	c = met(3, false);
	c.client.server_name = "b.test";
	history_handshake(h, &c, 2000);
	ok(!c.past.name_good && !c.past.knows_certificate && c.past.named.full_good == 1, "not for another name");
	c = met(4, true);
	c.client.server_name = "c.test";
	c.server_certificate = &cert;
	history_handshake(h, &c, 2000);
	c = met(5, false);
	c.client.server_name = "c.test";
	history_handshake(h, &c, 2000);
	ok(c.past.name_good == 1 && !c.past.knows_certificate, "a certificate that is for another name is not the name's");
	history_free(h);
}

static void judged(void)
{
	char *named[] = { "a.test" };
	struct certificate cert = { .readable = true, .names = named, .name_count = 1, .key_type = "EC", .key_bits = 256 };
	struct conn c = failed_conn();
	struct alert bad = fatal(C, 42, 0), unknown_ca = fatal(C, 48, 0);

	c.server_certificate = &cert;
	c.client.server_name = "b.test";
	is("certificate-name-mismatch", &c, &bad, "a name that the server never had");
	c.past.name_good = 2;
	c.past.knows_certificate = true;
	c.past.certificate[0] = 9;
	is("server-name-rejected", &c, &bad, "a name that the server had a certificate for");
	c.error = (struct library_error){ .library = "openssl", .reason = SSL_R_CERTIFICATE_VERIFY_FAILED, .sends = -1,
					  .received = -1, .verify = X509_V_ERR_HOSTNAME_MISMATCH,
					  .verify_text = "hostname mismatch" };
	is("server-name-rejected", &c, &bad, "the library agrees");
	c.error.library = NULL;
	is("certificate-untrusted", &c, &unknown_ca, "another certificate that is not trusted");
	c.past.certificate[0] = 0;
	is("certificate-name-mismatch", &c, &bad, "the same certificate as before");
	c.past.certificate[0] = 9;
	c.client.server_name = "a.test";
	is("certificate-rejected", &c, &bad, "a new one that is for the name");
}

/* Its library compares with what the program told it, which need not be the server name. */
static void expected(void)
{
	char *named[] = { "a.test", "c.test" };
	struct certificate cert = { .readable = true, .names = named, .name_count = 2, .key_type = "EC", .key_bits = 256 };
	struct conn c = failed_conn();
	struct alert bad = fatal(C, 42, 0);

	c.server_certificate = &cert;
	c.error = (struct library_error){ .library = "openssl", .reason = SSL_R_CERTIFICATE_VERIFY_FAILED, .sends = -1,
					  .received = -1, .verify = X509_V_ERR_HOSTNAME_MISMATCH,
					  .verify_text = "hostname mismatch" };
	is("certificate-name-mismatch", &c, &bad, "the program expects another name than it sent");
	ok(has(&said.evidence, "not on the wire") && !has(&said.evidence, "none of which matches") && !has(&said.ruled_out, "Its name"),
	   "and the two are not mixed up");
	c.client.server_name = "b.test";
	is("certificate-name-mismatch", &c, &bad, "it is for neither");
	ok(has(&said.evidence, "none of which matches"), "and that is said");
}

int main(void)
{
	names();
	judged();
	expected();
	return failed;
}
