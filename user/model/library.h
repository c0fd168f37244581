/* SPDX-License-Identifier: GPL-2.0-only */
/* library.h - what a TLS library inside a process said of its connection. */
#ifndef TT_MODEL_LIBRARY_H
#define TT_MODEL_LIBRARY_H

#include <stdbool.h>
#include <stdint.h>

#define LIBRARY_TEXT_BYTES 64

struct library_error {
	const char *library; /* static: "openssl", "gnutls", "go"; NULL: there was no error */
	char version[32];    /* "" unknown */
	int64_t time_ns;     /* wall clock */
	int64_t code;	     /* the library's own number */
	int32_t reason;
	bool unnumbered;     /* it has a text and no number */
	int32_t cause;	     /* of another library: OpenSSL's reason that means the same, 0: unknown */
	char text[96];		   /* of the reason, "" unknown */
	const char *call;	   /* static: "SSL_read", NULL: outside of a call */
	char function[LIBRARY_TEXT_BYTES], source[LIBRARY_TEXT_BYTES]; /* "" untold */
	uint32_t line;
	int32_t verify;	     /* X.509 verify result, 0 and below: none */
	const char *verify_text; /* static, NULL without one */
	int16_t received;    /* the alert that it is the receipt of, -1: none */
	int16_t sends;	     /* the alert that the library answers with, -1: none or unknown */
	bool handshake;	     /* the call was one that does a handshake and nothing else */
	bool guessed;	     /* the connection is the thread's last one, no more */
	bool not_tls;	     /* what it read is no record at all */
	bool broken;	     /* the connection is: an alert that is made then is not sent */
	bool ends_quietly;   /* the other end is gone; the library's alert reaches nobody */
};

/* It failed while shaking hands, by itself and not because the other end went: it has told the other end so. */
static inline bool library_failed_inside(const struct library_error *e)
{
	return e->library && !e->guessed && e->handshake && e->received < 0 && !e->ends_quietly;
}

/* What a library found wrong with the other end's certificate and left to the program. */
struct library_verdict {
	int32_t result;	  /* X.509 verify result, 0: nothing */
	int16_t alert;	  /* that it would have sent, -1 unknown */
	const char *text; /* static */
	char version[32]; /* of the library */
};

#endif /* TT_MODEL_LIBRARY_H */
