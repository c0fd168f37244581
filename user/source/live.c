/* SPDX-License-Identifier: GPL-2.0-only */
#include "source/live.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

struct live {
	struct ring_buffer *ring;
	void (*event)(void *arg, const void *event, size_t bytes);
	void *arg;
};

static int take(void *arg, void *event, size_t bytes)
{
	struct live *live = arg;

	live->event(live->arg, event, bytes);
	return 0;
}

struct live *live_open(int ring_fd, void (*event)(void *arg, const void *event, size_t bytes),
		       void *arg)
{
	struct live *live = calloc(1, sizeof(*live));

	if (!live)
		return NULL;
	live->event = event;
	live->arg = arg;
	live->ring = ring_buffer__new(ring_fd, take, live, NULL);
	if (live->ring)
		return live;
	free(live);
	return NULL;
}

int live_poll(struct live *live, int wait_ms)
{
	int taken = ring_buffer__poll(live->ring, wait_ms);

	/* Most events do not wake: look for them in any case. */
	if (taken == 0)
		taken = ring_buffer__consume(live->ring);
	return taken < 0 && taken != -EINTR ? taken : 0;
}

static int64_t clock_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int64_t live_wall_offset_ns(void)
{
	return clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC);
}

void live_close(struct live *live)
{
	ring_buffer__free(live->ring);
	free(live);
}
