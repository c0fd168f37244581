/* SPDX-License-Identifier: GPL-2.0-only */
/* boringssl.c - reasons of BoringSSL and of what was made of it (AWS-LC). */
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>

#include "library/parts.h"

#define LIBRARY_SSL 16 /* its ERR_LIB_SSL */
#define VERIFY_FAILED 125
#define HTTP_REQUEST 156
#define HTTPS_PROXY_REQUEST 155
#define WRONG_VERSION_NUMBER 247

static const struct {
	int32_t code;
	const char *name;
	int32_t cause;
	int16_t sends;
} reasons[] = {
#define BORINGSSL(code, name, cause, sends) { code, name, cause, sends },
#include "library/boringssl.def"
#undef BORINGSSL
};

void library_read_boringssl(struct library_error *e, int32_t number, bool tls13)
{
	e->code = (int64_t)LIBRARY_SSL << 24 | number;
	e->reason = number;
	if (number > SSL_AD_REASON_OFFSET && number <= SSL_AD_REASON_OFFSET + 255)
		e->received = (int16_t)(number - SSL_AD_REASON_OFFSET);
	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++) {
		if (reasons[i].code != number)
			continue;
		snprintf(e->text, sizeof(e->text), "%s", reasons[i].name);
		e->cause = reasons[i].cause;
		e->sends = reasons[i].sends >= 0 || !e->cause ? reasons[i].sends :
			   library_openssl_sends(e->cause, e->verify, tls13);
	}
	e->not_tls = number == HTTP_REQUEST || number == HTTPS_PROXY_REQUEST ||
		     number == WRONG_VERSION_NUMBER;
	if (number == VERIFY_FAILED && e->verify > 0)
		e->verify_text = X509_verify_cert_error_string(e->verify);
	else
		e->verify = -1; /* a verdict that the program overruled */
}
