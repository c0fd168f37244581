/* SPDX-License-Identifier: GPL-2.0-only */
/* recognize.h - TLS that cannot be probed: whose it is, and why not. */
#ifndef TT_PROBE_RECOGNIZE_H
#define TT_PROBE_RECOGNIZE_H

#include <stdint.h>

/*
 * Why a process in which no library can be probed is seen on the wire only, by what it
 * has mapped: a static phrase, that nothing was recognized if that is so.
 */
const char *recognize(uint32_t pid);

#endif /* TT_PROBE_RECOGNIZE_H */
