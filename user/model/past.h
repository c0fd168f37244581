/* SPDX-License-Identifier: GPL-2.0-only */
/* past.h - what was seen before a handshake: of its session, and of its two ends. */
#ifndef TT_MODEL_PAST_H
#define TT_MODEL_PAST_H

#include <stdbool.h>
#include <stdint.h>

#define ORIGINAL_NAME 64

/* The handshake that made the session which was offered or resumed. */
struct original {
	bool seen;
	bool inferred; /* TLS 1.3 issues tickets encrypted: the pair's last full handshake */
	bool same_client, same_server; /* by address; the server's port too */
	bool extended_master_secret;
	uint16_t cipher, version;
	uint32_t pid; /* who held this end; 0 unknown */
	uint64_t connection;
	int64_t time_ns;		 /* wall clock */
	char server_name[ORIGINAL_NAME]; /* raw bytes of the peer: escape before showing */
};

struct tally {
	uint32_t full_good, full_bad, resumed_good, resumed_bad;
	int64_t last_good_ns; /* wall clock; 0: never */
};

/* Handshakes before this one, seen from the same end. */
struct past {
	struct tally pair;	    /* this client address with this server endpoint */
	struct tally other_clients; /* other client addresses with this server endpoint */
	struct tally other_servers; /* this client address with other server endpoints */
	struct tally named;	    /* this server endpoint with clients that sent a name */
	uint16_t served_cipher, served_group; /* what the server chose last; 0: not known */
};

#endif /* TT_MODEL_PAST_H */
