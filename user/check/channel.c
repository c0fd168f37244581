/* SPDX-License-Identifier: GPL-2.0-only */
#include "check/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "util/clock.h"

/* Wait until the socket is ready: 0 or -errno. */
static int wait_for(const struct channel *c, short events)
{
	struct pollfd p = { .fd = c->fd, .events = events };

	for (;;) {
		int64_t left_ns = c->deadline_ns - clock_ns(CLOCK_MONOTONIC);
		struct timespec left = { left_ns / 1000000000, left_ns % 1000000000 };
		int got;

		if (*c->stopped)
			return -EINTR;
		if (left_ns <= 0)
			return -ETIMEDOUT;
		got = ppoll(&p, 1, &left, NULL);
		if (got > 0)
			return 0;
		if (got < 0 && errno != EINTR)
			return -errno;
	}
}

static int connect_to(struct channel *c, const struct sockaddr *to, socklen_t to_bytes)
{
	int err = 0;
	socklen_t bytes = sizeof(err);

	if (!connect(c->fd, to, to_bytes))
		return 0;
	if (errno != EINPROGRESS)
		return -errno;
	err = wait_for(c, POLLOUT);
	if (err)
		return err;
	return getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &err, &bytes) ? -errno : -err;
}

int channel_open(struct channel *c, const struct check_config *config, const struct check_out *out,
		 const struct sockaddr *to, socklen_t to_bytes)
{
	struct sockaddr_storage local = { 0 }, remote = { 0 };
	socklen_t bytes = sizeof(local);
	int64_t connect_ns = clock_ns(CLOCK_MONOTONIC);
	int err;

	*c = (struct channel){ .out = out, .stopped = config->stopped, .close = CHECK_CLOSED_HERE,
			       .deadline_ns = connect_ns + config->limit_ns };
	c->fd = socket(to->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (c->fd < 0)
		return -errno;
	err = connect_to(c, to, to_bytes);
	if (!err && getsockname(c->fd, (struct sockaddr *)&local, &bytes))
		err = -errno;
	if (err) {
		close(c->fd);
		return err;
	}
	memcpy(&remote, to, to_bytes);
	out->opened(out->arg, &local, &remote, connect_ns, clock_ns(CLOCK_MONOTONIC));
	return 0;
}

static ssize_t receive(struct channel *c, void *to, size_t bytes)
{
	ssize_t got;

	do {
		int err = wait_for(c, POLLIN);

		if (err == -ETIMEDOUT && c->close == CHECK_CLOSED_HERE)
			c->close = CHECK_GIVEN_UP;
		if (err)
			return err;
		got = recv(c->fd, to, bytes, 0);
	} while (got < 0 && (errno == EAGAIN || errno == EINTR));
	if (got <= 0) {
		int err = got ? errno : 0;

		if (err)
			c->close = CHECK_RESET_THERE;
		else if (!c->finished)
			c->close = CHECK_CLOSED_THERE;
		return -err;
	}
	c->received += (size_t)got;
	c->out->bytes(c->out->arg, false, clock_ns(CLOCK_MONOTONIC), to, (size_t)got);
	return c->received > CHANNEL_MOST ? -EMSGSIZE : got;
}

ssize_t channel_read(struct channel *c, void *to, size_t bytes)
{
	size_t take = c->held_end - c->held_at;

	if (!take)
		return receive(c, to, bytes);
	take = bytes < take ? bytes : take;
	memcpy(to, c->held + c->held_at, take);
	c->held_at += take;
	return (ssize_t)take;
}

int channel_exactly(struct channel *c, void *to, size_t bytes)
{
	uint8_t *at = to;

	while (bytes) {
		ssize_t got = channel_read(c, at, bytes);

		if (got <= 0)
			return got ? (int)got : -ENODATA;
		at += got;
		bytes -= (size_t)got;
	}
	return 0;
}

/* More of what is held; what was used makes room. */
static int hold_more(struct channel *c)
{
	ssize_t got;

	c->held_end -= c->held_at;
	memmove(c->held, c->held + c->held_at, c->held_end);
	c->held_at = 0;
	if (c->held_end == sizeof(c->held))
		return -EMSGSIZE;
	got = receive(c, c->held + c->held_end, sizeof(c->held) - c->held_end);
	if (got <= 0)
		return got ? (int)got : -ENODATA;
	c->held_end += (size_t)got;
	return 0;
}

ssize_t channel_line(struct channel *c, char *to, size_t bytes)
{
	const uint8_t *end;
	size_t length;

	while (!(end = memchr(c->held + c->held_at, '\n', c->held_end - c->held_at))) {
		int err = hold_more(c);

		if (err)
			return err;
	}
	length = (size_t)(end - c->held) - c->held_at;
	if (length >= bytes)
		return -EMSGSIZE;
	for (size_t i = 0; i < length; i++)
		to[i] = (char)(c->held[c->held_at + i] ? c->held[c->held_at + i] : '?');
	c->held_at += length + 1;
	length -= length && to[length - 1] == '\r';
	to[length] = 0;
	return (ssize_t)length;
}

int channel_write(struct channel *c, const void *data, size_t bytes)
{
	const uint8_t *at = data;

	while (bytes) {
		ssize_t sent = send(c->fd, at, bytes, MSG_NOSIGNAL);
		int err = 0;

		if (sent < 0 && errno == EAGAIN)
			err = wait_for(c, POLLOUT);
		else if (sent < 0 && errno != EINTR)
			err = -errno;
		if (err)
			return err;
		if (sent <= 0)
			continue;
		c->out->bytes(c->out->arg, true, clock_ns(CLOCK_MONOTONIC), at, (size_t)sent);
		at += sent;
		bytes -= (size_t)sent;
	}
	return 0;
}

void channel_finish(struct channel *c)
{
	c->finished = !shutdown(c->fd, SHUT_WR);
}

void channel_close(struct channel *c)
{
	close(c->fd);
	c->out->closed(c->out->arg, clock_ns(CLOCK_MONOTONIC), c->close);
}
