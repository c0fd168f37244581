/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TT_UTIL_CLOCK_H
#define TT_UTIL_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Nanoseconds of a clock, as clock_gettime(2) names them. */
static inline int64_t clock_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

#endif /* TT_UTIL_CLOCK_H */
