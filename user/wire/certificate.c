/* SPDX-License-Identifier: GPL-2.0-only */
#include "wire/certificate.h"

#include <arpa/inet.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "wire/text.h"

#define STATUS_REQUEST 5 /* RFC 6066 8 */
#define NAMES_MAX 256 /* subject alternative names kept */

/* RFC 2253, but letters beyond ASCII as UTF-8 and not as escapes. */
static char *name_text(const X509_NAME *name)
{
	BIO *out = BIO_new(BIO_s_mem());
	char *text = NULL, *data;
	long bytes;

	if (!out)
		return NULL;
	if (X509_NAME_print_ex(out, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0) {
		bytes = BIO_get_mem_data(out, &data);
		text = strndup(bytes > 0 ? data : "", bytes > 0 ? bytes : 0);
	}
	BIO_free(out);
	return text;
}

static char *serial_text(const X509 *x)
{
	BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x), NULL);
	char *hex = number ? BN_bn2hex(number) : NULL, *text = hex ? strdup(hex) : NULL;

	OPENSSL_free(hex);
	BN_free(number);
	return text;
}

static bool seconds(const ASN1_TIME *from, int64_t *out)
{
	struct tm tm;

	if (!from || !ASN1_TIME_to_tm(from, &tm))
		return false;
	*out = timegm(&tm);
	return true;
}

static char *address(const ASN1_OCTET_STRING *ip)
{
	int bytes = ASN1_STRING_length(ip);
	char text[INET6_ADDRSTRLEN];

	if (bytes != 4 && bytes != 16)
		return NULL;
	inet_ntop(bytes == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(ip), text, sizeof(text));
	return strdup(text);
}

static char *alternative(const GENERAL_NAME *name)
{
	int type;
	void *value = GENERAL_NAME_get0_value(name, &type);

	switch (type) {
	case GEN_DNS:
	case GEN_EMAIL:
	case GEN_URI:
		return wire_text_new(ASN1_STRING_get0_data(value), ASN1_STRING_length(value));
	case GEN_IPADD: return address(value);
	case GEN_DIRNAME: return name_text(value);
	}
	return NULL;
}

static void alternatives(const X509 *x, struct certificate *c)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	int count = names ? sk_GENERAL_NAME_num(names) : 0;

	if (count > NAMES_MAX)
		count = NAMES_MAX;
	c->names = count ? calloc(count, sizeof(*c->names)) : NULL;
	for (int i = 0; c->names && i < count; i++) {
		char *text = alternative(sk_GENERAL_NAME_value(names, i));

		if (text)
			c->names[c->name_count++] = text;
	}
	GENERAL_NAMES_free(names);
}

/* RFC 5280 4.2.1.12. */
static void purposes(X509 *x, struct certificate *c)
{
	uint32_t usage = X509_get_extended_key_usage(x);

	c->limits_purpose = usage != UINT32_MAX;
	c->for_servers = c->limits_purpose && usage & (XKU_SSL_SERVER | XKU_ANYEKU);
}

/* RFC 7633: the TLS extensions that a server with this certificate must answer. */
static void features(X509 *x, struct certificate *c)
{
	TLS_FEATURE *all = X509_get_ext_d2i(x, NID_tlsfeature, NULL, NULL);

	for (int i = 0; all && i < sk_ASN1_INTEGER_num(all); i++)
		c->must_staple |= ASN1_INTEGER_get(sk_ASN1_INTEGER_value(all, i)) == STATUS_REQUEST;
	TLS_FEATURE_free(all);
}

/* RFC 5280 4.2.1.1 and 4.2.2.1: what the certificate says of its issuer. */
static void issuer(X509 *x, struct certificate *c)
{
	AUTHORITY_INFO_ACCESS *places = X509_get_ext_d2i(x, NID_info_access, NULL, NULL);
	const GENERAL_NAMES *above = X509_get0_authority_issuer(x);

	c->self_issued = !X509_NAME_cmp(X509_get_subject_name(x), X509_get_issuer_name(x));
	for (int i = 0; places && i < sk_ACCESS_DESCRIPTION_num(places); i++)
		c->names_issuer_url |= OBJ_obj2nid(sk_ACCESS_DESCRIPTION_value(places, i)->method) ==
				       NID_ad_ca_issuers;
	AUTHORITY_INFO_ACCESS_free(places);
	for (int i = 0; above && i < sk_GENERAL_NAME_num(above); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(above, i);

		if (name->type != GEN_DIRNAME)
			continue;
		c->issuer_is_root = !X509_NAME_cmp(name->d.directoryName, X509_get_issuer_name(x));
		c->issuer_has_issuer = !c->issuer_is_root;
	}
}

static const char *key_type(int id)
{
	switch (id) {
	case EVP_PKEY_RSA: return "RSA";
	case EVP_PKEY_RSA_PSS: return "RSA-PSS";
	case EVP_PKEY_DSA: return "DSA";
	case EVP_PKEY_DH: return "DH";
	case EVP_PKEY_EC: return "EC";
	case EVP_PKEY_ED25519: return "ED25519";
	case EVP_PKEY_ED448: return "ED448";
	}
	return NULL;
}

static void key(const X509 *x, struct certificate *c)
{
	EVP_PKEY *pkey = X509_get0_pubkey(x);
	int bits = pkey ? EVP_PKEY_get_bits(pkey) : 0;

	if (!pkey)
		return;
	c->key_type = key_type(EVP_PKEY_get_base_id(pkey));
	if (bits > 0 && bits <= 65535)
		c->key_bits = bits;
}

struct certificate *certificate_parse(const uint8_t *der, size_t bytes, const uint8_t sha256[32])
{
	struct certificate *c = calloc(1, sizeof(*c));
	X509 *x = NULL;

	if (!c)
		return NULL;
	memcpy(c->sha256, sha256, sizeof(c->sha256));
	x = d2i_X509(NULL, &der, (long)bytes);
	if (x) {
		c->readable = true;
		c->subject = name_text(X509_get_subject_name(x));
		c->issuer = name_text(X509_get_issuer_name(x));
		c->serial = serial_text(x);
		c->has_not_before = seconds(X509_get0_notBefore(x), &c->not_before_s);
		c->has_not_after = seconds(X509_get0_notAfter(x), &c->not_after_s);
		alternatives(x, c);
		purposes(x, c);
		features(x, c);
		issuer(x, c);
		key(x, c);
		X509_free(x);
	}
	ERR_clear_error();
	return c;
}

void certificate_free(struct certificate *c)
{
	if (!c)
		return;
	for (unsigned int i = 0; i < c->name_count; i++)
		free(c->names[i]);
	free(c->names);
	free(c->subject);
	free(c->issuer);
	free(c->serial);
	free(c);
}
