/* SPDX-License-Identifier: GPL-2.0-only */
/* plan.h - what the files of an active test share: what is known of the server so far. */
#ifndef TT_CHECK_PLAN_H
#define TT_CHECK_PLAN_H

#include <netdb.h>

#include "check/attempt.h"

#define VERSIONS 4

/* What a full handshake of one version showed. */
struct tried {
	int version;
	struct check_row row;
	bool connected; /* there is something to judge */
	bool spoken;	/* the server chose this version */
	bool answered;	/* or refused it for another reason than the version */
	bool works;	/* the handshake, or all of it but the certificate */
	bool refused;	/* by protocol_version */
	uint8_t certificate[32];
};

struct check {
	struct check_config config;
	const struct check_out *out;
	const char *name;	 /* to send, NULL: the host is an address */
	const char *verify_name; /* never NULL */
	char host[256];		 /* without a zone */
	struct addrinfo *addresses, *to; /* all; the one that is tested */
	struct tried tried[VERSIONS];	 /* the newest first */
	struct tried both;		 /* the newest two offered together; only where it matters */
	bool trusted; /* the server's certificate was accepted: others will be judged too */
	bool over;    /* nothing more can be tried */
	unsigned int connections;
	char *error; /* the caller's */
};

/* One connection for `row`; attempt_free() is the caller's. Sets `over` where it makes no sense to go on. */
void plan_try(struct check *c, const struct check_row *row, struct attempt *a);
/* The row of something that failed, or was not tried. */
void plan_row(struct check_row *row, const struct attempt *a);
void plan_skip(struct check *c, struct check_row *row, const char *why);
/* How a row begins. */
struct check_row plan_begin(const char *version, const char *what);
void plan_judged(const struct check *c, const struct check_row *row, enum check_verdict verdict);

void plan_versions(struct check *c);	/* versions.c */
void plan_resumptions(struct check *c); /* resumptions.c */

#endif /* TT_CHECK_PLAN_H */
