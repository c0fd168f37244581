/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * objects.h - library objects whose socket nobody saw, because the program carries the
 * bytes itself (a memory BIO): their connection is the one whose hello has the random that they made.
 */
#ifndef TT_TRACK_OBJECTS_H
#define TT_TRACK_OBJECTS_H

#include "track/table.h"

/*
 * An event of an object that has no connection yet: remember its randoms, or find the
 * connection. NULL: there is none, or nothing more to do. An error of an object that has made
 * no hello is that of the connection which its thread read from last, if nothing speaks against
 * that one: *head then is a copy that says so, owned by `t`.
 */
struct session **objects_event(struct track *t, const struct tt_event **head, size_t bytes);

#endif /* TT_TRACK_OBJECTS_H */
