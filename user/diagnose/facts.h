/* SPDX-License-Identifier: GPL-2.0-only */
/* facts.h - what the rules judge by, and the words that they share. */
#ifndef TT_DIAGNOSE_FACTS_H
#define TT_DIAGNOSE_FACTS_H

#include <stddef.h>

#include "diagnose/diagnose.h"
#include "model/roles.h"

/* RFC 8446 section 6 and, for numbers that 1.3 no longer has, RFC 5246 section 7.2. */
enum alert_code {
	CLOSE_NOTIFY_ALERT = 0,
	UNEXPECTED_MESSAGE = 10,
	BAD_RECORD_MAC = 20,
	DECRYPTION_FAILED = 21,
	RECORD_OVERFLOW = 22,
	HANDSHAKE_FAILURE = 40,
	NO_CERTIFICATE = 41,
	BAD_CERTIFICATE = 42,
	UNSUPPORTED_CERTIFICATE = 43,
	CERTIFICATE_REVOKED = 44,
	CERTIFICATE_EXPIRED = 45,
	CERTIFICATE_UNKNOWN = 46,
	ILLEGAL_PARAMETER = 47,
	UNKNOWN_CA = 48,
	ACCESS_DENIED = 49,
	DECODE_ERROR = 50,
	DECRYPT_ERROR = 51,
	PROTOCOL_VERSION = 70,
	INSUFFICIENT_SECURITY = 71,
	INTERNAL_ERROR = 80,
	INAPPROPRIATE_FALLBACK = 86,
	USER_CANCELED = 90,
	NO_RENEGOTIATION = 100,
	MISSING_EXTENSION = 109,
	UNSUPPORTED_EXTENSION = 110,
	CERTIFICATE_UNOBTAINABLE = 111,
	UNRECOGNIZED_NAME = 112,
	BAD_CERTIFICATE_STATUS = 113,
	BAD_CERTIFICATE_HASH = 114,
	UNKNOWN_PSK_IDENTITY = 115,
	CERTIFICATE_REQUIRED = 116,
	NO_APPLICATION_PROTOCOL = 120,
};

struct facts {
	const struct conn *conn;
	const struct alert *alert; /* NULL: none */
	int64_t time_ns;
	int code;		    /* the alert's description, -1 when there is none to read */
	enum tls_role by;	    /* who sent the alert */
	const struct past_record *answered; /* the last record before it by the other end, or NULL */
	const struct library_error *error; /* of the library at the end that failed, NULL: none */
	enum tls_role error_by;	    /* that end */
	int reason;		    /* OpenSSL's number of it, or of what means the same, 0: unknown */
	int gnutls;		    /* GnuTLS's, below 0; 0: unknown */
	int verify;		    /* the X.509 verify result of the end that refused, 0: unknown */
	const struct plain *client_text, *server_text; /* what is no TLS; .seen is false without */
	bool peer_gone;		    /* the alert only says that the other end is gone */
	int protected_before;	    /* protected records by the other end among the last eight */
	char address[ADDRESS_TEXT]; /* the server's, to paste */
	char server[ENDPOINT_TEXT]; /* address:port, to paste */
	char name[80];		    /* " -servername NAME" when the name is fit to paste, else "" */
};

/* A rule fills the title and the sentences and returns true when it fires. */
typedef bool rule(const struct facts *facts, struct finding *finding);

/* keys.c: one end could not verify what the other protected. */
rule rule_binder, rule_wrong_signature; /* proofs.c */
rule rule_resumed_keys, rule_full_keys, rule_master_secret;
/* stream.c: records that fail after others had been verified. */
rule rule_mid_stream;
/* signatures.c: by the server's key as it was seen before. */
rule rule_signature_unfit;
/* versions.c: what the client offers, and what the server chose of it. */
void say_versions(const struct facts *facts, struct finding *out);
/* The server chose a version that the client offers: protocol_version then blames a record. */
bool version_agreed(const struct facts *facts);
/* transit.c: what left one end is not what arrived at the other. */
rule rule_altered, rule_sequence;
/* offers.c: the two ends do not agree on what to speak. */
rule rule_version, rule_cipher, rule_alpn, rule_psk, rule_fallback,
	rule_group, rule_group_unusual, rule_signature, rule_sentinel, rule_sentinel_passed;
/* server_name.c: what the client asks for. */
rule rule_name, rule_name_missing, rule_other_certificate;
/* plain.c: one end does not speak TLS at all, or not at first. */
rule rule_plain_client, rule_plain_server, rule_proxy;
/* mutual.c: the client's certificate. */
rule rule_client_required, rule_client_rejected, rule_certificate_unclear;
rule rule_renegotiation; /* renegotiation.c */
/* certificates.c */
rule rule_not_yet_valid, rule_expired, rule_untrusted,
	rule_revoked, rule_certificate, rule_name_mismatch, rule_weak_key, rule_purpose;
rule rule_stapling; /* stapling.c */
/* chain.c: the issuer was not found. */
rule rule_chain;
/* ends.c: what an end says of itself or of the other's messages, and silence. */
rule rule_internal, rule_malformed, rule_closed, rule_reset, rule_stalled, rule_unexplained;
/* afterwards.c: what a program decides when the handshake is over. */
rule rule_name_afterwards, rule_name_unheard, rule_required_afterwards, rule_rejected_afterwards;
/* verdict.c: what a library found and left to its program, which then gave up. */
rule rule_found_client, rule_found_early, rule_found_expired, rule_found_revoked, rule_found_name,
	rule_found_purpose, rule_found_weak, rule_found_untrusted, rule_found_bad;
/* And that when the handshake was complete: then it is the lesser fact that no close_notify came. */
bool left_after_verdict(const struct conn *conn);
/* afterwards.c: right after the handshake, without data and without a farewell. */
bool left_at_once(const struct conn *conn, enum tls_role who);
/* remarks.c */
rule rule_unsafe, rule_slow, rule_ticket, rule_no_close_notify, rule_client_specific,
	rule_peer_specific;

/* turn.c: the last readable message, and whose turn it was. */
void say_last(const struct facts *facts, struct finding *out);
/* text.c: append a sentence; one too many, or too long, is cut. */
void say(struct sentences *to, const char *format, ...) __attribute__((format(printf, 2, 3)));
void title(struct finding *finding, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
const char *end_name(enum tls_role role); /* "client", "server", "one end" */
enum tls_role other_end(enum tls_role role);
bool is_offered(const struct u16_list *list, uint16_t id);
/* "TLS 1.2", and "an unknown version" for what has no name. */
const char *version_words(uint16_t version, char text[24]);
/* The names of a list of cipher suites, GREASE left out, as many as there is room for. */
void cipher_list(const struct u16_list *list, char *text, size_t bytes);
void version_list(const struct client_hello *hello, char *text, size_t bytes);
/* offers.c: an offer of TLS 1.1 at most was refused, which OpenSSL does with internal_error. */
void say_sha1(const struct facts *facts, struct finding *finding);
/* "The client sent the fatal alert bad_record_mac (20) 80 us after ..." */
void say_alert_fact(const struct facts *facts, struct finding *finding);
/* "The client's OpenSSL 3.0.19 says in SSL_connect: certificate verify failed (134) ..." */
void say_library(const struct facts *facts, struct finding *finding);
/* certificates.c: subject, issuer and dates of the one that was judged, if it was readable. */
void say_certificate(const struct facts *facts, struct finding *finding);
/* The alert says that its sender does not like the other end's certificate. */
bool about_certificate(int code);
/* mutual.c: a server of TLS 1.3 that ends right after the client's certificate, unreadably. */
bool refuses_unseen(const struct conn *conn, const struct alert *alert);
/* remarks.c: a fatal alert, other than one that only says that the other end is gone. */
bool ended_in_words(const struct conn *conn);
/* keys.c: the alert answers the other end's first protected record, and nothing is missing. */
bool at_first_protected(const struct facts *facts);
/* transit.c: what the two ends have seen of a record is not the same; nothing if it is. */
void say_difference(const struct facts *facts, struct finding *finding);
/* history.c: the handshake that made the session, and how it differs. */
void say_original(const struct facts *facts, struct finding *finding);
/* How handshakes of the two ends went before; false: there was none. */
bool say_pair(const struct facts *facts, struct finding *finding);
/* How other clients fare at this server, and this client elsewhere. */
void say_others(const struct facts *facts, struct finding *finding);

#endif /* TT_DIAGNOSE_FACTS_H */
