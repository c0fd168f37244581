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

/* Zeros where any client, any server is meant. */
struct pair {
	uint8_t client[16], server[16];
	uint16_t port;
	uint8_t role, named;
};

/* What is kept of a handshake that made a session. */
struct made {
	struct original original;
	uint8_t client[16];
	struct endpoint server;
};

struct pair_past {
	struct counted counted;
	uint16_t cipher, group; /* of the last that worked */
	uint32_t proxied; /* that worked, behind a PROXY header */
	const char *key; /* static: of the last readable certificate; not kept over a restart */
	struct made last_full;
};

struct history {
	uint64_t handshakes; /* that were taken up */
	struct lru *sessions; /* struct handle to struct made */
	struct lru *pairs;    /* struct pair to struct pair_past */
};

/*
 * As bytes, all numbers big-endian: the mark, a 16-bit version, 32-bit counts of sessions and
 * of pairs, the CRC-32 of these; then the sessions and the pairs, each with its CRC-32 behind.
 */
#define STATE_MAGIC "TLSTRACE-STATE\n"
#define STATE_MAGIC_BYTES (sizeof(STATE_MAGIC) - 1)
#define STATE_VERSION 1

#endif /* TT_TRACK_HISTORY_PARTS_H */
