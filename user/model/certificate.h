/* SPDX-License-Identifier: GPL-2.0-only */
/* certificate.h - what is told of an X.509 certificate. */
#ifndef TT_MODEL_CERTIFICATE_H
#define TT_MODEL_CERTIFICATE_H

#include <stdbool.h>
#include <stdint.h>

struct certificate {
	uint8_t sha256[32]; /* of the DER form */
	bool readable;	    /* else only the digest is known */
	bool limits_purpose, for_servers; /* extended key usage: there is one; it has serverAuth */
	bool must_staple;      /* RFC 7633: an OCSP answer must come with it */
	bool self_issued;      /* its issuer is its subject */
	bool names_issuer_url; /* where to fetch the issuer's (RFC 5280 4.2.2.1) */
	bool issuer_is_root, issuer_has_issuer; /* if the authority key identifier names that issuer */
	bool has_not_before, has_not_after;
	uint32_t refs; /* kept by the cache that made it */
	uint16_t name_count, key_bits;
	int64_t not_before_s, not_after_s; /* Unix time */
	const char *key_type;		   /* "RSA", a static string, or NULL */
	char *subject, *issuer;		   /* RFC 2253 text, NULL when unreadable */
	char *serial;			   /* upper-case hex */
	char **names;			   /* subject alternative names */
};

/* One of its subject alternative names is `name`. */
bool certificate_is_for(const struct certificate *certificate, const char *name);

/* Of the certificates that one end sent, those that lead on from its own. */
struct certificate_path {
	uint8_t linked; /* with its own one, by issuers' names; 0: not readable */
	bool to_root;	/* the last of them is its own issuer */
	uint8_t others; /* that came with it and are for another subject */
};

/*
 * TLS 1.3 hides the client's Certificate; the size of its first protected record tells
 * (RFC 8446 4.4.2: an empty one has 8 bytes). An inference.
 */
enum certificate_hint { HINT_UNKNOWN, HINT_NOT_ASKED, HINT_EMPTY, HINT_SENT };

#endif /* TT_MODEL_CERTIFICATE_H */
