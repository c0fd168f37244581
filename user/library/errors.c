/* SPDX-License-Identifier: GPL-2.0-only */
#include "library/parts.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <string.h>

#include "tlstrace/library_event.h"

#define BORINGSSL_SAME 9 /* SSL_ERROR_*: from there on they are others */
#define NOBODY_ASKED (-1)
#define FATAL_ALERT_RECEIVED (-12) /* GNUTLS_E_FATAL_ALERT_RECEIVED */

static const struct {
	int reason;
	int16_t tls12, tls13;
} sends[] = {
#define SENDS(reason, tls12, tls13) { reason, tls12, tls13 },
#include "library/openssl_alerts.def"
#undef SENDS
};

static const struct {
	int result;
	int16_t alert;
} verifies[] = {
#define VERIFY(result, alert) { result, alert },
#include "library/openssl_verify.def"
#undef VERIFY
};

static int16_t verify_sends(int32_t result)
{
	for (size_t i = 0; i < sizeof(verifies) / sizeof(*verifies); i++)
		if (verifies[i].result == result)
			return verifies[i].alert;
	return -1;
}

void library_verdict_read(struct library_verdict *verdict, int32_t result)
{
	verdict->result = result > 0 ? result : 0;
	verdict->alert = verify_sends(result);
	verdict->text = X509_verify_cert_error_string(result);
}

int16_t library_openssl_sends(int reason, int32_t verify, bool tls13)
{
	if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED)
		return verify_sends(verify);
	for (size_t i = 0; i < sizeof(sends) / sizeof(*sends); i++)
		if (sends[i].reason == reason)
			return tls13 ? sends[i].tls13 : sends[i].tls12;
	return -1;
}

#define OLD_INVALID_CA 24 /* X509_V_ERR_INVALID_CA before OpenSSL 3 */

static void read_openssl(struct library_error *e, int32_t number, bool tls13)
{
	bool old = e->version[0] == '1'; /* packs with the function between */
	const char *text;

	OPENSSL_init_ssl(OPENSSL_INIT_LOAD_SSL_STRINGS, NULL);
	text = ERR_reason_error_string(ERR_PACK(ERR_LIB_SSL, 0, number));
	e->reason = number;
	if (old && e->verify == OLD_INVALID_CA)
		e->verify = X509_V_ERR_INVALID_CA;
	e->code = old ? (int64_t)ERR_LIB_SSL << 24 | number
		      : (int64_t)ERR_PACK(ERR_LIB_SSL, 0, number);
	if (text)
		snprintf(e->text, sizeof(e->text), "%s", text);
	if (number > SSL_AD_REASON_OFFSET && number <= SSL_AD_REASON_OFFSET + 255)
		e->received = (int16_t)(number - SSL_AD_REASON_OFFSET);
	else
		e->sends = library_openssl_sends(e->reason, e->verify, tls13);
	e->ends_quietly = number == SSL_R_UNEXPECTED_EOF_WHILE_READING;
	e->not_tls = number == SSL_R_HTTP_REQUEST || number == SSL_R_HTTPS_PROXY_REQUEST ||
		     number == SSL_R_WRONG_VERSION_NUMBER;
	if (number == SSL_R_CERTIFICATE_VERIFY_FAILED && e->verify > 0)
		e->verify_text = X509_verify_cert_error_string(e->verify);
	else
		e->verify = -1; /* a verdict that the program overruled */
}

bool library_error_sends(const struct library_error *e, int alert)
{
	return e->sends == alert ||
	       (e->library && !strcmp(e->library, "openssl") && alert == SSL_AD_INTERNAL_ERROR &&
		e->reason == SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM);
}

/* Of gnutls/gnutls.h: those that handshakes and records fail with. */
static const struct {
	int32_t code;
	const char *text;
} gnutls[] = {
#define GNUTLS(code, name, text) { code, text },
#include "library/gnutls.def"
#undef GNUTLS
};

static void read_gnutls(struct library_error *e, int32_t number)
{
	e->code = e->reason = number;
	/* GNUTLS_E_CERTIFICATE_ERROR, GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR */
	if ((number == -43 || number == -348) && e->verify > 0)
		e->verify_text = e->verify == X509_V_ERR_CA_MD_TOO_WEAK ? "insecure algorithm" : X509_verify_cert_error_string(e->verify);
	else
		e->verify = -1;
	e->broken = number == -53 || number == -54; /* GNUTLS_E_PUSH_ERROR, GNUTLS_E_PULL_ERROR */
	e->ends_quietly = e->broken || number == -110; /* GNUTLS_E_PREMATURE_TERMINATION */
	for (size_t i = 0; i < sizeof(gnutls) / sizeof(*gnutls); i++)
		if (gnutls[i].code == number)
			snprintf(e->text, sizeof(e->text), "%s", gnutls[i].text);
}

/* Of ssl/sslerr.h. */
static const struct {
	int32_t code;
	const char *name;
	int16_t received, sends;
	const char *text;
} nss[] = {
#define NSS(code, name, received, sends, text) { code, name, received, sends, text },
#include "library/nss.def"
#undef NSS
};

/* Of nspr/prerr.h. */
static const struct {
	int32_t code;
	const char *text;
} nspr[] = {
#define NSPR(code, name, text) { code, text },
#include "library/nspr.def"
#undef NSPR
};

static const char *nss_text(int32_t code)
{
	for (size_t i = 0; i < sizeof(nss) / sizeof(*nss); i++)
		if (nss[i].code == code)
			return nss[i].text;
	for (size_t i = 0; i < sizeof(nspr) / sizeof(*nspr); i++)
		if (nspr[i].code == code)
			return nspr[i].text;
	return NULL;
}

static void read_nss(struct library_error *e, int32_t number)
{
	e->code = e->reason = number;
	e->verify = -1;
	for (size_t i = 0; i < sizeof(nss) / sizeof(*nss); i++)
		if (nss[i].code == number) {
			e->received = nss[i].received;
			e->sends = nss[i].sends;
			snprintf(e->text, sizeof(e->text), "%s", nss[i].text);
		}
}

void library_error_read(struct library_error *e, int32_t number, bool tls13)
{
	e->received = e->sends = -1;
	*e->text = 0;
	e->verify_text = NULL;
	if (!strcmp(e->library, "openssl"))
		read_openssl(e, number, tls13);
	else if (!strcmp(e->library, "boringssl"))
		library_read_boringssl(e, number, tls13);
	else if (!strcmp(e->library, "nss"))
		read_nss(e, number);
	else
		read_gnutls(e, number);
}

bool library_outcome(const char *library, int32_t outcome, int64_t result, int32_t *code,
		     const char **name)
{
	/* SSL_ERROR_* of openssl/ssl.h, 0 apart: that is no failure. */
	static const char *const openssl[] = { NULL, "ssl", "want_read", "want_write",
					       "want_x509_lookup", "syscall", "zero_return",
					       "want_connect", "want_accept", "want_async",
					       "want_async_job", "want_client_hello_cb",
					       "want_retry_verify" };

	*name = NULL;
	if (!strcmp(library, "openssl") || !strcmp(library, "boringssl")) {
		size_t same = *library == 'b' ? BORINGSSL_SAME : sizeof(openssl) / sizeof(*openssl);

		*code = outcome;
		if (outcome > 0 && (size_t)outcome < same)
			*name = openssl[outcome];
		return outcome > 0;
	}
	if (!strcmp(library, "nss")) {
		*code = outcome;
		*name = nss_text(outcome);
		return outcome != NOBODY_ASKED;
	}
	*code = (int32_t)result;
	for (size_t i = 0; i < sizeof(gnutls) / sizeof(*gnutls); i++)
		if (gnutls[i].code == result)
			*name = gnutls[i].text;
	return true;
}

bool library_tells_later(const char *library)
{
	return !strcmp(library, "go") || !strcmp(library, "nss");
}

bool library_seals_early(const char *library)
{
	return !strcmp(library, "boringssl");
}

const char *library_call_name(const char *library, unsigned int call)
{
	static const struct {
		const char *library, *call[TT_CALLS];
	} names[] = {
		{ "openssl", { NULL, "SSL_do_handshake", "SSL_read", "SSL_write", "SSL_shutdown",
			       "SSL_read_ex", "SSL_write_ex", "SSL_peek", "SSL_peek_ex" } },
		{ "gnutls", { NULL, "gnutls_handshake", "gnutls_record_recv", "gnutls_record_send",
			      "gnutls_bye" } },
		{ "nss", { NULL, "SSL_ForceHandshake", "PR_Read", "PR_Write", "PR_Shutdown", NULL, NULL,
			   "PR_Recv", NULL, "PR_Recv", "PR_Send" } },
		{ "go", { NULL, "Conn.Handshake", "Conn.Read", "Conn.Write", "Conn.Close" } },
	};

	if (!strcmp(library, "boringssl"))
		library = "openssl";
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(names[i].library, library))
			return call < TT_CALLS ? names[i].call[call] : NULL;
	return NULL;
}
