/* SPDX-License-Identifier: GPL-2.0-only */
/* attempt.h - one connection: the handshake, what the server says after it, the end. */
#ifndef TT_CHECK_ATTEMPT_H
#define TT_CHECK_ATTEMPT_H

#include <openssl/ssl.h>

#include "check/check.h"

#define ATTEMPT_SESSIONS 4 /* kept of one connection */
#define ATTEMPT_FAULTS 4

enum attempt_end {
	ATTEMPT_OK,	     /* established, and no fatal alert followed */
	ATTEMPT_FAILED,	     /* a fatal alert, or an error of the library */
	ATTEMPT_CLOSED,	     /* by the server, without a word */
	ATTEMPT_RESET,
	ATTEMPT_SILENT,	     /* the time was up */
	ATTEMPT_ENDLESS,     /* more bytes than any handshake has */
	ATTEMPT_UNREACHABLE, /* no TCP connection, or no way to begin TLS on it */
	ATTEMPT_STOPPED,
};

struct attempt {
	/* Asked for; the caller's. */
	SSL_CTX *client;
	const char *name;	/* to send, NULL: none */
	const char *verify_name; /* a name or an address that the certificate must be for */
	SSL_SESSION *session;	/* to resume, NULL: none */
	/* What came of it; attempt_free() frees it. */
	enum attempt_end end;
	bool connected, established, resumed;
	bool asked; /* for a client certificate, and there was none to send */
	bool cut; /* it was over before the server had come to its end */
	bool not_tls; /* the first bytes of the server are of no record */
	int64_t handshake_ns; /* from the connect to the end of the handshake */
	int alert;	      /* fatal, -1: none */
	bool alert_sent;
	struct check_error error; /* the first one, reason 0: none */
	int faults[ATTEMPT_FAULTS]; /* all that is wrong with the certificate (X509_V_ERR_...), 0 after the last */
	const char *cipher;	  /* static, NULL */
	uint8_t certificate[32];  /* SHA-256 of the server's; zeros: none */
	SSL_SESSION *sessions[ATTEMPT_SESSIONS]; /* owned; NULL after the last */
	char why[CHECK_REASON_BYTES]; /* of an end that is not the library's */
	const struct check_out *out; /* attempt.c's own */
};

/* Connect to that address and try. */
void attempt(struct attempt *a, const struct check_config *config, const struct check_out *out,
	     const struct sockaddr *to, socklen_t to_bytes);
/* Why it ended as it did, in words; "" when all is well. */
void attempt_reason(const struct attempt *a, char text[CHECK_REASON_BYTES]);
void attempt_free(struct attempt *a);

#endif /* TT_CHECK_ATTEMPT_H */
