/* SPDX-License-Identifier: GPL-2.0-only */
/* errors.h - libraries' error numbers to what they mean. Pure. */
#ifndef TT_LIBRARY_ERRORS_H
#define TT_LIBRARY_ERRORS_H

#include "model/hello.h"
#include "model/library.h"

/*
 * Fill reason, text, code, received, sends, verify_text of an error whose library,
 * version and verify are set. `tls13` chooses between the alerts of the versions.
 */
void library_error_read(struct library_error *error, int32_t number, bool tls13);
/* Whether the library may answer with this alert: where TLS 1.1 would need SHA-1 OpenSSL 3 has two. */
bool library_error_sends(const struct library_error *error, int alert);
/*
 * Why a call that moves plaintext gave none: what SSL_get_error() answered (-1: nobody
 * asked), or what the call returned. False: unknown. *name is NULL when it has none.
 */
bool library_outcome(const char *library, int32_t outcome, int64_t result, int32_t *code,
		     const char **name);
/* What an error of crypto/tls was found to say (struct tt_ev_library). */
struct go_said {
	int alert; /* -1: none */
	bool received; /* the alert was; else it was sent */
	unsigned int type; /* enum tt_go_error */
	int64_t number;
	const char *text;
	bool handshake; /* it is what a handshake returned */
};
/* Fill an error of library "go", as library_error_read(). */
void library_go_read(struct library_error *error, const struct go_said *said);
/* The library sends its alert before it says why. */
bool library_tells_later(const char *library);
/* Its client protects alerts from the ServerHello of TLS 1.3 on, and not only from its Finished on. */
bool library_seals_early(const char *library);
/* What OpenSSL's X.509 verify result means; `version` is kept. */
void library_verdict_read(struct library_verdict *verdict, int32_t result);
/* The name in the library's own words of a call (enum tt_call_name); NULL: none. */
const char *library_call_name(const char *library, unsigned int call);

#endif /* TT_LIBRARY_ERRORS_H */
