/* SPDX-License-Identifier: GPL-2.0-only */
/* ends.h - the two ends of one connection on this host, joined and compared. */
#ifndef TT_TRACK_ENDS_H
#define TT_TRACK_ENDS_H

#include "track/table.h"

/*
 * `s` has failed: fill conn.difference from another end of the same TLS connection, known by
 * the client's random or by the addresses. The ends may be of two TCP connections with
 * somebody between who passes the bytes on.
 */
void ends_compare(struct track *t, struct session *s);
/* `s` is over: if it failed, its ledger is kept for the other end, which hears of it later. */
void ends_remember(struct track *t, struct session *s);
void ends_free(struct track *t);

#endif /* TT_TRACK_ENDS_H */
