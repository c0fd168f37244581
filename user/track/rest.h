/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rest.h - connections in the order of their last event, and those that rest packed.
 *
 * Of a connection whose handshake was told of most members are zeros until it ends. Beyond
 * the newest AWAKE such sessions are kept without them; what is asked for is unpacked again.
 */
#ifndef TT_TRACK_REST_H
#define TT_TRACK_REST_H

#include "track/table.h"

/* Append one that has spoken. */
void rest_newest(struct track *t, struct session *s);
/* Take it out of the order, to be appended again or freed. */
void rest_remove(struct track *t, struct session *s);
/* Pack what is no longer among the newest. */
void rest_pack(struct track *t);
/* Unpack *at where it is. False when out of memory: it is given up, and *at another or NULL. */
bool rest_wake(struct track *t, struct session **at);

#endif /* TT_TRACK_REST_H */
