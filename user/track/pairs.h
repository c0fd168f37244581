/* SPDX-License-Identifier: GPL-2.0-only */
/* pairs.h - connections by their two endpoints: the one whose other end is on this host too. */
#ifndef TT_TRACK_PAIRS_H
#define TT_TRACK_PAIRS_H

#include "track/table.h"

bool same_endpoint(const struct endpoint *a, const struct endpoint *b);
/* Do these two belong to the other end of that TCP connection? */
bool pairs_other_end(const struct conn *c, const struct endpoint *local,
		     const struct endpoint *remote);
/* Both have a ClientHello, and it is not the same one: `random` is the other's, when it was `seen`. */
bool pairs_hellos_differ(const struct conn *c, bool seen, const uint8_t random[TT_RANDOM_BYTES]);
/* The place of both ends, whichever of the two is local. */
struct pair *pairs_of(struct track *t, const struct endpoint *a, const struct endpoint *b);
/* One that is awake, with its endpoints; to be taken out before it is packed or freed. */
void pairs_add(struct track *t, struct session *s);
void pairs_remove(struct track *t, struct session *s);
/* The other end of `c`, the next one after `from` if the ports were used again; NULL: none. */
const struct session *pairs_next(struct track *t, const struct conn *c, const struct session *from);

#endif /* TT_TRACK_PAIRS_H */
