/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check.h - the active test of one server: handshakes of every version, resumptions, and
 * one without a name. No application data is sent. What is tried is told as it happens;
 * nothing here decodes TLS or judges.
 */
#ifndef TT_CHECK_CHECK_H
#define TT_CHECK_CHECK_H

#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>

#include "model/check.h"

#define CHECK_ERROR_BYTES 384

/* What to test and how; strings are the caller's and stay as long as the check. */
struct check_config {
	const char *host; /* a name, or an address without brackets */
	uint16_t port;
	const char *server_name;	       /* NULL: the host, unless it is an address */
	const char *ciphers, *groups;	       /* as OpenSSL writes lists of them; NULL: its own choice */
	const char *cert, *key, *ca;	       /* PEM files, `ca` a folder too; NULL: none, the system's */
	const char *starttls;		       /* a protocol of starttls.h, NULL: TLS from the first byte */
	int64_t limit_ns;		       /* of the look-up of the host, of one handshake, and of the rest of its connection */
	unsigned int reconnections;	       /* with each kind of session */
	const volatile sig_atomic_t *stopped; /* stop soon when it is not 0 */
};

/* An error of the library in this process. */
struct check_error {
	int reason; /* ERR_GET_REASON() */
	int verify; /* X509_V_ERR_..., -1: not about a certificate */
	int line;
	const char *source, *function; /* NULL: untold */
	bool reading; /* in SSL_read(), else in SSL_do_handshake() */
};

enum check_verdict {
	CHECK_FAULT, /* as on any connection */
	CHECK_NOTE,  /* a choice of the server's, worth a word */
	CHECK_FINE,  /* as it should be */
};

enum check_close {
	CHECK_CLOSED_HERE,
	CHECK_GIVEN_UP, /* closed here, for there was no answer */
	CHECK_CLOSED_THERE,
	CHECK_RESET_THERE,
};

/* Times are CLOCK_MONOTONIC. Pointers are valid during the call only. */
struct check_out {
	void *arg;
	/* The next connection is for this row, the n-th of so many connections in all, as far as is known. */
	void (*step)(void *arg, const struct check_row *row, unsigned int n, unsigned int of);
	/* A TCP connection is there; what follows is about it until `closed`. */
	void (*opened)(void *arg, const struct sockaddr_storage *local,
		       const struct sockaddr_storage *remote, int64_t connect_ns, int64_t established_ns);
	void (*bytes)(void *arg, bool sent, int64_t time_ns, const uint8_t *data, size_t bytes);
	void (*error)(void *arg, int64_t time_ns, const struct check_error *error);
	void (*secret)(void *arg, const char *line); /* of a key log */
	void (*closed)(void *arg, int64_t time_ns, enum check_close how);
	/*
	 * The oldest connection not told of so far can be judged now: `row` is what it was
	 * for, `verdict` what a failure of it means.
	 */
	void (*judged)(void *arg, const struct check_row *row, enum check_verdict verdict);
	void (*row)(void *arg, const struct check_row *row);
};

struct check;

/*
 * Read the certificates and try the lists. NULL after filling `error`; *usage says that the
 * configuration is at fault, not a file. check_free() gives it back.
 */
struct check *check_new(const struct check_config *config, const struct check_out *out,
			char error[CHECK_ERROR_BYTES], bool *usage);
/*
 * Find the server: the first of its addresses that takes a connection is tested. False
 * after filling `error`, which may hold bytes of the peer.
 */
bool check_run(struct check *check, char error[CHECK_ERROR_BYTES]);
/* "OpenSSL 3.0.19", of the library that is running. */
const char *check_library(void);
void check_free(struct check *check);

#endif /* TT_CHECK_CHECK_H */
