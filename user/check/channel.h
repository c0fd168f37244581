/* SPDX-License-Identifier: GPL-2.0-only */
/* channel.h - one TCP connection with a deadline; all that passes is told of. */
#ifndef TT_CHECK_CHANNEL_H
#define TT_CHECK_CHANNEL_H

#include <sys/types.h>

#include "check/check.h"

#define CHANNEL_HELD 4096
#define CHANNEL_MOST (1 << 20) /* bytes of one server; -EMSGSIZE beyond */

struct channel {
	const struct check_out *out;
	const volatile sig_atomic_t *stopped;
	int fd;
	int64_t deadline_ns; /* CLOCK_MONOTONIC */
	size_t received;
	uint8_t held[CHANNEL_HELD]; /* read ahead by channel_line() */
	size_t held_at, held_end;
	bool finished;		/* this end did, before the other */
	enum check_close close; /* who ended it, as far as is known */
};

/* 0, or -errno: -ETIMEDOUT past the deadline, -EINTR when stopped. */
int channel_open(struct channel *c, const struct check_config *config, const struct check_out *out,
		 const struct sockaddr *to, socklen_t to_bytes);
/* Number of bytes, 0 at the end of the stream, or -errno. */
ssize_t channel_read(struct channel *c, void *to, size_t bytes);
/* Exactly so many: 0, -ENODATA when the stream ends before, or -errno. */
int channel_exactly(struct channel *c, void *to, size_t bytes);
/*
 * Up to and with a '\n', which is cut off with a '\r' before it; NUL-terminated, and NULs
 * inside become '?'. Its length, -EMSGSIZE when it is longer, -ENODATA at the end, or -errno.
 */
ssize_t channel_line(struct channel *c, char *to, size_t bytes);
int channel_write(struct channel *c, const void *data, size_t bytes); /* 0 or -errno */
void channel_finish(struct channel *c); /* nothing more will be written */
void channel_close(struct channel *c);

#endif /* TT_CHECK_CHANNEL_H */
