/* SPDX-License-Identifier: GPL-2.0-only */
/* history.h - sessions and pairs of ends seen before, in bounded memory. */
#ifndef TT_TRACK_HISTORY_H
#define TT_TRACK_HISTORY_H

#include <stddef.h>

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
uint64_t history_evicted(const struct history *history); /* forgotten for want of room */
void history_free(struct history *history);		 /* NULL is nothing */

#endif /* TT_TRACK_HISTORY_H */
