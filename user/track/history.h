/* SPDX-License-Identifier: GPL-2.0-only */
/* history.h - sessions and pairs of ends seen before, in bounded memory. */
#ifndef TT_TRACK_HISTORY_H
#define TT_TRACK_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "model/conn.h"

#define HISTORY_SESSIONS 65536
#define HISTORY_PAIRS 65536

struct history;

/* NULL when out of memory. */
struct history *history_new(size_t sessions, size_t pairs);
/*
 * A handshake has ended: fill conn->original and conn->past from what came before, then
 * remember it. The two ends of a connection on this host are remembered apart.
 */
void history_handshake(struct history *history, struct conn *conn, int64_t time_ns);
uint64_t history_handshakes(const struct history *history); /* taken up in this run */
/*
 * All of it as bytes, the least recent first: hashes of IDs, tickets, identities, addresses and
 * names, what was negotiated, counts and times. The caller frees them; NULL when out of memory.
 */
uint8_t *history_pack(const struct history *history, size_t *bytes);

enum unpacked { UNPACKED, UNPACKED_FOREIGN, UNPACKED_NEWER, UNPACKED_OLDER, UNPACKED_DAMAGED };

/*
 * Take up what history_pack() gave, in another run as it may be. *entries: how many there were.
 * FOREIGN, NEWER, OLDER (another version's form): nothing was taken. DAMAGED: what stands before byte
 * *at was. A handshake of an earlier run is marked so.
 */
enum unpacked history_unpack(struct history *history, const uint8_t *bytes, size_t count, size_t *at,
			     size_t *entries);
uint64_t history_evicted(const struct history *history); /* forgotten for want of room */
void history_free(struct history *history);		 /* NULL is nothing */

#endif /* TT_TRACK_HISTORY_H */
