/* SPDX-License-Identifier: GPL-2.0-only */
#include "source/live.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define STEP_NS 1000000 /* less is the clocks' grain */
#define TAKE_MOST 4096 /* libbpf would go on as long as more comes, for ever on a busy host */

struct live {
	struct ring_buffer *ring;
	unsigned int room; /* of TAKE_MOST */
	void (*event)(void *arg, const void *event, size_t bytes);
	void *arg;
};

static int take(void *arg, void *event, size_t bytes)
{
	struct live *live = arg;

	live->event(live->arg, event, bytes);
	return --live->room ? 0 : -ENOBUFS; /* this one is taken */
}

struct live *live_open(int ring_fd, void (*event)(void *arg, const void *event, size_t bytes),
		       void *arg)
{
	struct live *live = calloc(1, sizeof(*live));

	if (!live)
		return NULL;
	live->event = event;
	live->arg = arg;
	live->room = TAKE_MOST;
	live->ring = ring_buffer__new(ring_fd, take, live, NULL);
	if (live->ring)
		return live;
	free(live);
	return NULL;
}

int live_poll(struct live *live, int wait_ms)
{
	bool more = live_more(live);
	int taken = 0;

	live->room = TAKE_MOST;
	if (!more)
		taken = ring_buffer__poll(live->ring, wait_ms);
	/* Most events do not wake: look for them in any case. */
	if (taken == 0)
		taken = ring_buffer__consume(live->ring);
	return taken < 0 && live->room && taken != -EINTR ? taken : 0;
}

bool live_more(const struct live *live)
{
	return !live->room;
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

bool live_clock_stepped(int64_t *offset_ns)
{
	int64_t before = clock_ns(CLOCK_MONOTONIC), wall = clock_ns(CLOCK_REALTIME);
	int64_t after = clock_ns(CLOCK_MONOTONIC);

	/* However long this thread was kept from running in between. */
	if (*offset_ns <= wall - before + STEP_NS && *offset_ns >= wall - after - STEP_NS)
		return false;
	*offset_ns = wall - after;
	return true;
}

void live_close(struct live *live)
{
	ring_buffer__free(live->ring);
	free(live);
}
