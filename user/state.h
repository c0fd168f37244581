/* SPDX-License-Identifier: GPL-2.0-only */
/* state.h - the history in a file, for the next run. */
#ifndef TT_STATE_H
#define TT_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "track/history.h"

#define STATE_EVERY_NS (60 * 1000000000LL)

struct state;

/*
 * Read `path` into `history`, which stays the caller's, or make it. It is locked as long as it is
 * open. A damaged file is told of on stderr, and used as far as it goes. NULL after saying why:
 * what is no state file, a newer version's, or another's, is neither used nor overwritten.
 */
struct state *state_open(const char *path, struct history *history, bool verbose);
/*
 * It is now `now_ns` (monotonic). Once a minute, when there is something new, the file is
 * written anew: beside the old one, which it replaces once it is on the disk. A thread does it.
 */
void state_tick(struct state *state, int64_t now_ns);
/* Write what is new, and free. False after saying why it could not be written. NULL is nothing. */
bool state_close(struct state *state);

#endif /* TT_STATE_H */
