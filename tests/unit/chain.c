/* SPDX-License-Identifier: GPL-2.0-only */
/* Chains of certificates: how they lead on, and what is said of one that does not. */
#include "wire/chain.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "facts_made.h"

/* A certificate of `subject` by `issuer`, unsigned: names alone matter. */
static void add_certificate(struct made *list, const char *subject, const char *issuer)
{
	struct made one = { 0 };
	X509 *x = X509_new();
	EVP_PKEY *key = EVP_EC_gen("P-256");
	uint8_t *der = NULL;
	int bytes;

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 60);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC, (const uint8_t *)subject, -1, -1, 0);
	X509_NAME_add_entry_by_txt(X509_get_issuer_name(x), "CN", MBSTRING_ASC, (const uint8_t *)issuer, -1, -1, 0);
	X509_set_pubkey(x, key);
	X509_sign(x, key, EVP_sha256());
	bytes = i2d_X509(x, &der);
	add(&one, der, bytes);
	add_vector(list, 3, &one);
	OPENSSL_free(der);
	EVP_PKEY_free(key);
	X509_free(x);
}

static int others; /* in the last of them */

static void leads(const char *what, const struct made *list, int linked, int to_root)
{
	struct certificate_path p;
	struct made m = { 0 };
	uint8_t *exact;

	add_vector(&m, 3, list);
	exact = malloc(m.have);
	memcpy(exact, m.at, m.have);
	p = certificate_path(exact, m.have, 0x0303);
	ok(p.linked == linked && p.to_root == to_root, what);
	others = p.others;
	free(exact);
}

static void paths(void)
{
	struct made list = { 0 }, cut;

	leads("no certificate", &list, 0, 0);
	add_certificate(&list, "leaf", "middle");
	leads("the leaf alone", &list, 1, 0);
	cut = list;
	add_certificate(&cut, "leaf", "middle");
	leads("the leaf twice", &cut, 1, 0);
	ok(!others, "which is no other one");
	add_certificate(&list, "other", "other");
	leads("and another's root", &list, 1, 0);
	ok(others == 1, "which is another one");
	add_certificate(&list, "middle", "root");
	leads("its issuer, out of order", &list, 2, 0);
	add_certificate(&list, "root", "root");
	leads("up to the root", &list, 3, 1);
	for (size_t bytes = 1; bytes < list.have; bytes += 13) {
		struct made m = { 0 };

		cut = list;
		cut.have = bytes;
		cut.at[2] = (uint8_t)bytes; /* lies, more often than not */
		add_vector(&m, 3, &cut);
		certificate_path(m.at, m.have, 0x0303);
	}
	list = (struct made){ 0 };
	add_certificate(&list, "alone", "alone");
	leads("self-signed", &list, 1, 1);
	list = (struct made){ 0 };
	add_certificate(&list, "a", "b");
	add_certificate(&list, "b", "a");
	leads("a circle ends", &list, 2, 0);
}

static struct certificate leaf = { .readable = true, .subject = "CN=leaf", .issuer = "CN=middle" };

static void rules(void)
{
	struct conn c = failed_conn();
	struct alert a = fatal(C, 48, 0);

	is("certificate-untrusted", &c, &a, "nothing is known of the chain");
	c.server_certificate = &leaf;
	c.server_chain_length = 1;
	c.server_path.linked = 1;
	is("certificate-untrusted", &c, &a, "the leaf alone: its issuer may be a root");
	leaf.issuer = "CN=An Intermediate CA";
	is("certificate-chain-incomplete", &c, &a, "its issuer's name is that of an intermediate");
	leaf.issuer = "CN=middle";
	leaf.issuer_has_issuer = true;
	is("certificate-chain-incomplete", &c, &a, "its issuer has an issuer");
	leaf.issuer_has_issuer = false;
	c.server_chain_length = 2;
	is("certificate-untrusted", &c, &a, "the same one was sent twice: its issuer may be a root");
	c.server_path.others = 1;
	is("certificate-chain-incomplete", &c, &a, "others were sent, none of them its issuer's");
	c.server_chain_length = 1;
	c.server_path.others = 0;
	leaf.names_issuer_url = true;
	is("certificate-chain-incomplete", &c, &a, "there is a place to fetch it from");
	leaf.issuer_is_root = true;
	is("certificate-untrusted", &c, &a, "its issuer is a root");
	leaf.issuer_is_root = leaf.names_issuer_url = false;
	c.server_path.linked = 2;
	c.server_chain_length = 2;
	is("certificate-untrusted", &c, &a, "its issuer was sent");
	c.server_path.linked = 1;
	a.description = 42;
	is("certificate-rejected", &c, &a, "bad_certificate does not say that the issuer was not found");
	a.description = 48;
	a.sender = S;
	c.client_certificate_sent = true;
	is("client-certificate-rejected", &c, &a, "the server's word is about the client's");
}

/* TLS 1.3: the library's word alone. */
static void hidden(void)
{
	struct conn c = failed_conn();
	struct alert a = fatal(C, 48, 0);

	c.server.version = 0x0304;
	c.error = (struct library_error){ .library = "openssl", .reason = 134, .received = -1, .sends = 48,
					  .verify = X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE,
					  .verify_text = "unable to verify the first certificate" };
	is("certificate-chain-incomplete", &c, &a, "result 21: there was one certificate");
	ok(said.confidence == CONFIDENCE_POSSIBLE, "which is possible");
	c.error.verify = X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
	is("certificate-untrusted", &c, &a, "result 20 does not say how many there were");
	ok(strstr(said.evidence.text[said.evidence.count - 1], "looks the same") != NULL, "an intermediate may be missing");
	c.error.verify = X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT;
	is("certificate-untrusted", &c, &a, "a self-signed certificate");
}

int main(void)
{
	paths();
	rules();
	hidden();
	return failed;
}
