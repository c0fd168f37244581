/* SPDX-License-Identifier: GPL-2.0-only */
/* past.h - what was seen before a handshake: of its session, and of its two ends. */
#ifndef TT_MODEL_PAST_H
#define TT_MODEL_PAST_H

#include <stdbool.h>
#include <stdint.h>

#include "model/hello.h"

#define ORIGINAL_NAME 64
#define ORIGINAL_ALPN 16
#define FAILURES_KEPT 4

/* The handshake that made the session which was offered or resumed. */
struct original {
	bool seen;
	bool inferred; /* TLS 1.3 issues tickets encrypted: the pair's last full handshake */
	bool earlier_run; /* of --state: `connection` and `pid` are not known any more */
	bool same_client, same_server; /* by address; the server's port too */
	bool same_name;
	bool extended_master_secret;
	uint16_t cipher, version;
	uint32_t pid; /* who held this end; 0 unknown */
	uint64_t connection;
	int64_t time_ns;		 /* wall clock */
	/* Raw bytes of the peers: escape before showing. */
	char server_name[ORIGINAL_NAME]; /* not known of an earlier run */
	char alpn[ORIGINAL_ALPN]; /* chosen; "": none, or not readable */
};

/* Handshakes that failed with one alert. */
struct failures {
	uint32_t count; /* 0: no such entry, nor any after it */
	int16_t alert;	/* its number; -1: none, or nobody could read it */
	uint16_t pad;
};

/* What a client offers to resume a session by. */
enum offer { OFFER_NONE, OFFER_SESSION_ID, OFFER_TICKET, OFFER_PSK, OFFERS };

struct tally {
	uint32_t full_good, full_bad, resumed_good, resumed_bad;
	uint32_t recent_good, recent_bad; /* of these in the last hour, full and resumed */
	uint16_t offered[OFFERS], taken[OFFERS]; /* by enum offer, in handshakes that worked */
	int64_t last_good_ns; /* wall clock; 0: never */
	struct failures failures[FAILURES_KEPT]; /* by alert, the first kinds that came */
};

/* Handshakes before this one, seen from the same end. */
struct past {
	struct tally pair;	    /* this client address with this server endpoint */
	struct tally other_clients; /* other client addresses with this server endpoint */
	struct tally other_servers; /* this client address with other server endpoints */
	struct tally named;	    /* this server endpoint with clients that sent a name */
	uint32_t served, served_proxied; /* handshakes that worked there, by whomever; behind a PROXY header */
	uint32_t name_good, name_bad; /* handshakes there with this server name, by whomever */
	uint32_t served_certified; /* of those served, clients that sent a certificate with which no library found fault */
	bool knows_certificate; /* the last readable one there that was for this name */
	uint8_t certificate[SHORT_HASH];
	const char *served_key; /* static: the type of the key of its last certificate that was readable, or NULL */
	uint16_t served_cipher, served_group; /* what the server chose last; 0: not known */
};

#endif /* TT_MODEL_PAST_H */
