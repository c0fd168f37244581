/* SPDX-License-Identifier: GPL-2.0-only */
/* history_parts.h - what history.c keeps, and history_pack.c writes down. */
#ifndef TT_TRACK_HISTORY_PARTS_H
#define TT_TRACK_HISTORY_PARTS_H

#include "track/tally.h"

/* What a session can be named by: RFC 5246 7.4.1.2, RFC 5077 3.2, RFC 8446 4.2.11. */
enum handle_kind { BY_ID = 1, BY_TICKET, BY_PSK };

struct handle {
	uint8_t kind, role;
	uint8_t hash[SHORT_HASH];
};

/* Addresses and names are known by hashes only; zeros where any client, server, name is meant. */
struct pair {
	uint8_t client[SHORT_HASH], server[SHORT_HASH], name[SHORT_HASH];
	uint8_t role, named;
};

/* What is kept of a handshake that made a session. */
struct made {
	struct original original;
	uint8_t client[SHORT_HASH], server[SHORT_HASH], name[SHORT_HASH];
};

struct pair_past {
	struct counted counted;
	uint16_t cipher, group; /* of the last that worked */
	uint32_t proxied; /* that worked, behind a PROXY header */
	uint8_t certificate[SHORT_HASH]; /* of a name: the last readable one that was for it; zeros: none */
	/* Not kept over a restart. */
	const char *key; /* static: of the last readable certificate */
	uint32_t certified; /* that worked, with a client certificate that no library found fault with */
	struct made last_full;
};

#define SALT_BYTES 16
#define KNOWN 256 /* a power of two */

/* An address or a name, and its hash. */
struct known {
	uint8_t count, bytes[63], hash[SHORT_HASH];
};

struct history {
	uint8_t salt[SALT_BYTES]; /* of the hashes; a state file has its own */
	struct known known[KNOWN]; /* hashes that were made with it before */
	uint64_t handshakes; /* that were taken up */
	struct lru *sessions; /* struct handle to struct made */
	struct lru *pairs;    /* struct pair to struct pair_past */
};

/* The two ends of a connection, and the name, as they are known here. */
struct pair ends_of(struct history *history, const struct conn *conn);
/* Of these only the client, only the server, or both. */
struct pair pair_of(const struct pair *ends, bool client, bool server);
/* The server with clients that sent a name, or with those that sent this one. */
struct pair named_server(const struct pair *ends, bool this_name);

/*
 * As bytes, all numbers big-endian: the mark, a 16-bit version, the salt of the hashes, 32-bit
 * counts of sessions and of pairs, the CRC-32 of these; then the sessions and the pairs, each with its CRC-32 behind.
 */
#define STATE_MAGIC "TLSTRACE-STATE\n"
#define STATE_MAGIC_BYTES (sizeof(STATE_MAGIC) - 1)
#define STATE_VERSION 2

#endif /* TT_TRACK_HISTORY_PARTS_H */
