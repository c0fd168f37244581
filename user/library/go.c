/* SPDX-License-Identifier: GPL-2.0-only */
/* go.c - errors of crypto/tls and crypto/x509: their words, and what follows from them. */
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <string.h>

#include "library/errors.h"
#include "tlstrace/library_event.h"

#define REASONS (sizeof(reasons) / sizeof(*reasons))

static const struct {
	uint8_t description;
	const char *text;
} alerts[] = {
#define GO_ALERT(description, text) { description, text },
#include "library/go_alerts.def"
#undef GO_ALERT
};

static const struct {
	const char *begin;
	int32_t reason;
} reasons[] = {
#define GO_REASON(begin, reason) { begin, reason },
#include "library/go_reasons.def"
#undef GO_REASON
};

/* x509.InvalidReason: the words of CertificateInvalidError, and OpenSSL's number for it. */
static const struct {
	const char *text;
	int32_t verify;
} invalid[] = {
	{ "x509: certificate is not authorized to sign other certificates", X509_V_ERR_INVALID_CA },
	{ "x509: certificate has expired or is not yet valid", X509_V_ERR_CERT_HAS_EXPIRED },
	{ "x509: a root or intermediate certificate is not authorized to sign for this name",
	  X509_V_ERR_PERMITTED_VIOLATION },
	{ "x509: too many intermediates for path length constraint",
	  X509_V_ERR_PATH_LENGTH_EXCEEDED },
	{ "x509: certificate specifies an incompatible key usage", X509_V_ERR_INVALID_PURPOSE },
	{ "x509: issuer name does not match subject from issuing certificate",
	  X509_V_ERR_SUBJECT_ISSUER_MISMATCH },
	{ "x509: issuer has name constraints but leaf doesn't have a SAN extension",
	  X509_V_ERR_PERMITTED_VIOLATION },
	{ "x509: issuer has name constraints but leaf contains unknown or unconstrained name",
	  X509_V_ERR_PERMITTED_VIOLATION },
	{ "x509: unknown error", X509_V_ERR_UNSPECIFIED }, /* too many constraints */
	{ "x509: a root or intermediate certificate is not authorized for an extended key usage",
	  X509_V_ERR_INVALID_PURPOSE },
	{ "x509: no valid chains built", X509_V_ERR_UNSPECIFIED },
};

static const char *alert_text(int alert)
{
	for (size_t i = 0; i < sizeof(alerts) / sizeof(*alerts); i++)
		if (alerts[i].description == alert)
			return alerts[i].text;
	return "unknown alert";
}

static void set(struct library_error *e, const char *begin, const char *text)
{
	snprintf(e->text, sizeof(e->text), "%s%s", begin, text);
}

/* What crypto/x509 says, after crypto/tls's own "failed to verify certificate". */
static void refuse(struct library_error *e, int32_t verify, const char *text)
{
	set(e, "tls: failed to verify certificate", "");
	e->verify = verify;
	e->verify_text = text;
}

static void read_invalid(struct library_error *e, const struct go_said *said)
{
	size_t i = (size_t)said->number;

	if (said->number < 0 || i >= sizeof(invalid) / sizeof(*invalid)) {
		refuse(e, X509_V_ERR_UNSPECIFIED, "x509: certificate is not valid");
		return;
	}
	refuse(e, invalid[i].verify, invalid[i].text);
	/* "current time T is before T": one reason for both, told apart by its detail. */
	if (invalid[i].verify == X509_V_ERR_CERT_HAS_EXPIRED && strstr(said->text, " is before "))
		e->verify = X509_V_ERR_CERT_NOT_YET_VALID;
}

static void read_text(struct library_error *e, const char *text)
{
	set(e, "", text);
	e->ends_quietly = !strcmp(text, "EOF") || !strcmp(text, "unexpected EOF");
	for (size_t i = 0; i < REASONS; i++)
		if (!strncmp(text, reasons[i].begin, strlen(reasons[i].begin)))
			e->cause = reasons[i].reason;
}

static void read_alert(struct library_error *e, const struct go_said *said)
{
	/* An error of the program's own type: its words are not those of the alert that went before. */
	if (said->handshake && said->type == TT_GO_ERROR_OTHER && !said->received)
		return;
	e->unnumbered = said->alert < 0;
	if (said->alert >= 0)
		set(e, said->received ? "remote error: tls: " : "local error: tls: ",
		    alert_text(said->alert));
}

void library_go_read(struct library_error *e, const struct go_said *said)
{
	e->received = said->received ? (int16_t)said->alert : -1;
	e->sends = said->received ? -1 : (int16_t)said->alert;
	e->unnumbered = true;
	e->code = e->reason = said->alert;
	e->verify = -1;
	*e->text = 0;
	switch (said->type) {
	case TT_GO_ERROR_TEXT:
	case TT_GO_ERROR_WRAPPED:
	case TT_GO_ERROR_WRAPPED_SOME:
		read_text(e, said->text);
		break;
	case TT_GO_ERROR_RECORD_HEADER:
		set(e, "tls: ", said->text);
		break;
	case TT_GO_ERROR_ECH:
		set(e, "tls: server rejected ECH", "");
		break;
	case TT_GO_ERROR_UNKNOWN_AUTHORITY:
		refuse(e, X509_V_ERR_CERT_UNTRUSTED,
		       "x509: certificate signed by unknown authority");
		break;
	case TT_GO_ERROR_INVALID:
		read_invalid(e, said);
		break;
	case TT_GO_ERROR_HOSTNAME:
		refuse(e, X509_V_ERR_HOSTNAME_MISMATCH,
		       "x509: certificate is not valid for the name that was asked for");
		break;
	case TT_GO_ERROR_SYSTEM_ROOTS:
		refuse(e, X509_V_ERR_CERT_UNTRUSTED,
		       "x509: failed to load system roots and no roots provided");
		break;
	case TT_GO_ERROR_INSECURE:
		refuse(e, X509_V_ERR_CA_MD_TOO_WEAK,
		       "x509: cannot verify signature: insecure algorithm");
		break;
	case TT_GO_ERROR_CRITICAL:
		refuse(e, X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION,
		       "x509: unhandled critical extension");
		break;
	case TT_GO_ERROR_CONSTRAINT:
		refuse(e, X509_V_ERR_INVALID_CA, "x509: invalid signature: parent certificate cannot sign this kind of certificate");
		break;
	case TT_GO_ERROR_ERRNO:
		set(e, "", strerror((int)said->number));
		e->ends_quietly = true;
		break;
	case TT_GO_ERROR_DEADLINE:
	case TT_GO_ERROR_DEADLINE_VALUE:
		set(e, "", "context deadline exceeded");
		e->ends_quietly = true;
		break;
	case TT_GO_ERROR_CLOSED:
		set(e, "", "use of closed network connection");
		e->ends_quietly = true;
		break;
	case TT_GO_ERROR_TIMEOUT:
		set(e, "", "i/o timeout");
		e->ends_quietly = true;
		break;
	default:
		read_alert(e, said);
	}
}
