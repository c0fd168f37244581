/* SPDX-License-Identifier: GPL-2.0-only */
/* Certificates that OpenSSL makes here, read back; cut and broken ones; the cache. */
#include "tap.h"

#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include "track/certs.h"
#include "wire/certificate.h"
#include "wire/handshake.h"

static void add_extensions(X509 *x)
{
	X509_EXTENSION *staple = X509V3_EXT_conf_nid(NULL, NULL, NID_tlsfeature, "status_request");
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name,
						"DNS:a.test,IP:192.0.2.1,IP:2001:db8::1");
	GENERAL_NAMES *names = X509V3_EXT_d2i(e);
	ASN1_IA5STRING *text = ASN1_IA5STRING_new();
	GENERAL_NAME *odd = GENERAL_NAME_new();

	ASN1_STRING_set(text, "a.test\0.b", 9);
	GENERAL_NAME_set0_value(odd, GEN_DNS, text);
	sk_GENERAL_NAME_push(names, odd);
	X509_add1_ext_i2d(x, NID_subject_alt_name, names, 0, 0);
	GENERAL_NAMES_free(names);
	X509_EXTENSION_free(e);
	X509_add_ext(x, staple, -1);
	X509_EXTENSION_free(staple);
}

/* A self-signed one; `serial` makes it differ. The caller frees the result. */
static uint8_t *make(long serial, int *bytes)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);
	uint8_t *der = NULL;

	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), serial);
	ASN1_TIME_set_string_X509(X509_getm_notBefore(x), "20200102030405Z");
	ASN1_TIME_set_string_X509(X509_getm_notAfter(x), "20510102030405Z");
	X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, (const uint8_t *)"M\xc3\xbcller, Ltd", -1, -1, 0);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const uint8_t *)"a.test", -1, -1, 0);
	X509_set_issuer_name(x, name);
	X509_set_pubkey(x, key);
	add_extensions(x);
	X509_sign(x, key, EVP_sha256());
	*bytes = i2d_X509(x, &der);
	X509_free(x);
	EVP_PKEY_free(key);
	return der;
}

static void fields(const uint8_t *der, int bytes)
{
	uint8_t digest[32];
	struct certificate *c;

	SHA256(der, bytes, digest);
	c = certificate_parse(der, bytes, digest);
	ok(c->readable && !strcmp(c->subject, "CN=a.test,O=M\xc3\xbcller\\, Ltd") &&
		   !strcmp(c->issuer, c->subject),
	   "subject and issuer");
	ok(!strcmp(c->serial, "01E240") && c->has_not_before && c->not_before_s == 1577934245 &&
		   c->has_not_after && c->not_after_s == 2556241445,
	   "serial number and validity");
	ok(c->name_count == 4 && !strcmp(c->names[0], "a.test") &&
		   !strcmp(c->names[1], "192.0.2.1") && !strcmp(c->names[2], "2001:db8::1"),
	   "subject alternative names");
	ok(c->must_staple, "it demands a stapled OCSP answer");
	ok(!strcmp(c->names[3], "a.test\xff.b"), "a NUL does not end a name");
	ok(!strcmp(c->key_type, "EC") && c->key_bits == 256, "key");
	certificate_free(c);
}

static void broken(const uint8_t *der, int bytes)
{
	uint8_t digest[32] = { 0 };
	int unread = 1;

	for (int cut = 0; cut < bytes; cut += 7) {
		uint8_t *copy = exact(der, cut);
		struct certificate *c = certificate_parse(copy, cut, digest);

		unread &= !c->readable;
		certificate_free(c);
		free(copy);
	}
	ok(unread, "a certificate cut short keeps its digest alone");
}

static void cached(const uint8_t *der, int bytes)
{
	const struct certificate *first = certs_get(der, bytes), *again, *later;

	again = certs_get(der, bytes);
	ok(first && first == again, "a certificate seen before is not parsed again");
	certs_put(again);
	/* No certificates, but each a digest of its own: 1024 are kept, the key chooses where. */
	for (uint32_t i = 0; i < 5000; i++)
		certs_put(certs_get((const uint8_t *)&i, sizeof(i)));
	ok(!strcmp(first->subject, "CN=a.test,O=M\xc3\xbcller\\, Ltd"), "what is evicted lives while it is held");
	later = certs_get(der, bytes);
	ok(later && later != first, "what was evicted is parsed again");
	certs_put(first);
	certs_put(later);
}

static void chain(const uint8_t *der, int bytes)
{
	struct made one = { 0 }, list = { 0 }, m = { 0 };
	struct cursor leaf;

	add(&one, der, bytes);
	add_vector(&list, 3, &one);
	add_vector(&list, 3, &one);
	add_vector(&m, 3, &list);
	ok(certificate_chain(m.at, m.have, 0x0303, &leaf) == 2 && leaf.at && (int)cur_left(&leaf) == bytes,
	   "chain of two");
	ok(certificate_chain(m.at, m.have - 1, 0x0303, &leaf) < 0 && !leaf.at, "a chain whose length lies");
	m.at[5 + 3 + bytes]++; /* the second certificate's length */
	ok(certificate_chain(m.at, m.have, 0x0303, &leaf) < 0 && leaf.at, "what was whole of a broken chain stays");
}

/* TLS 1.3: a context before the list, extensions after each certificate. */
static void chain13(const uint8_t *der, int bytes)
{
	struct made one = { 0 }, list = { 0 }, m = { 0 };
	struct cursor leaf;

	add(&one, der, bytes);
	add_vector(&list, 3, &one);
	add_uint(&list, 0, 2);
	add_uint(&m, 0, 1);
	add_vector(&m, 3, &list);
	ok(certificate_chain(m.at, m.have, 0x0304, &leaf) == 1 && leaf.at &&
		   (int)cur_left(&leaf) == bytes,
	   "chain of TLS 1.3");
}

int main(void)
{
	int bytes;
	uint8_t *der = make(123456, &bytes);

	fields(der, bytes);
	broken(der, bytes);
	cached(der, bytes);
	chain(der, bytes);
	chain13(der, bytes);
	OPENSSL_free(der);
	return failed;
}
