/* SPDX-License-Identifier: GPL-2.0-only */
/* live.h - events out of the kernel's ring buffer. */
#ifndef TT_SOURCE_LIVE_H
#define TT_SOURCE_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct live;

/* `event` is called for each event during live_poll. NULL with errno set. */
struct live *live_open(int ring_fd, void (*event)(void *arg, const void *event, size_t bytes),
		       void *arg);
/*
 * Wait at most wait_ms for an urgent event, then take what is there, some thousands at most:
 * then live_more() is true, and the next call does not wait. 0 or -errno.
 */
int live_poll(struct live *live, int wait_ms);
bool live_more(const struct live *live);
int64_t live_wall_offset_ns(void); /* wall clock - CLOCK_MONOTONIC */
/*
 * The wall clock was set, or the host was suspended, since *offset_ns was taken: true, and
 * *offset_ns is what it is now. (Both clocks are slewed alike.)
 */
bool live_clock_stepped(int64_t *offset_ns);
void live_close(struct live *live);

#endif /* TT_SOURCE_LIVE_H */
