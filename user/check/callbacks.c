/* SPDX-License-Identifier: GPL-2.0-only */
#include "check/callbacks.h"

#include <openssl/err.h>

#include "check/certificate.h"
#include "util/clock.h"

#define FATAL 2

static void on_secret(const SSL *ssl, const char *line)
{
	const struct attempt *a = SSL_get_app_data(ssl);

	a->out->secret(a->out->arg, line);
}

static void on_info(const SSL *ssl, int where, int value)
{
	struct attempt *a = SSL_get_app_data(ssl);

	if (!(where & SSL_CB_ALERT) || value >> 8 != FATAL || a->alert >= 0)
		return;
	a->alert = value & 0xff;
	a->alert_sent = where & SSL_CB_WRITE;
}

/* A session that can be resumed: once up to TLS 1.2, with each ticket in TLS 1.3. */
static int on_session(SSL *ssl, SSL_SESSION *session)
{
	struct attempt *a = SSL_get_app_data(ssl);

	for (int i = 0; i < ATTEMPT_SESSIONS; i++)
		if (!a->sessions[i]) {
			a->sessions[i] = session;
			return 1; /* its reference is kept */
		}
	return 0;
}

static int on_asked(SSL *ssl, X509 **certificate, EVP_PKEY **key)
{
	struct attempt *a = SSL_get_app_data(ssl);

	(void)certificate, (void)key;
	a->asked = true;
	return 0; /* there is none */
}

static int on_verify(int good, X509_STORE_CTX *verify)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(verify, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct attempt *a = SSL_get_app_data(ssl);

	/* The library forgets a certificate that it refuses. */
	X509_digest(X509_STORE_CTX_get0_cert(verify), EVP_sha256(), a->certificate, NULL);
	if (!good && !a->faults[0])
		certificate_faults(verify, a->faults);
	return good;
}

/* The first error of a call says why; those after it follow from it. */
void callbacks_error(struct attempt *a, SSL *ssl, bool reading)
{
	struct check_error e = { .verify = -1, .reading = reading };
	const char *source, *function;
	unsigned long code;
	long verify = SSL_get_verify_result(ssl);

	while ((code = ERR_get_error_all(&source, &e.line, &function, NULL, NULL)))
		if (ERR_GET_LIB(code) == ERR_LIB_SSL)
			break;
	if (code && !a->error.reason) {
		e.reason = ERR_GET_REASON(code);
		e.source = source;
		e.function = function;
		if (e.reason == SSL_R_CERTIFICATE_VERIFY_FAILED)
			e.verify = (int)verify;
		a->out->error(a->out->arg, clock_ns(CLOCK_MONOTONIC), &e);
		e.source = e.function = NULL; /* of the queue that is emptied now */
		a->error = e;
	}
	ERR_clear_error();
}

void callbacks_set(struct attempt *a, SSL *ssl)
{
	SSL_CTX_set_keylog_callback(a->client, on_secret);
	SSL_CTX_set_info_callback(a->client, on_info);
	SSL_CTX_sess_set_new_cb(a->client, on_session);
	SSL_CTX_set_client_cert_cb(a->client, on_asked);
	SSL_set_verify(ssl, SSL_get_verify_mode(ssl), on_verify);
	SSL_set_app_data(ssl, a);
}
