/* SPDX-License-Identifier: GPL-2.0-only */
/* price.h - what one hit of a probe costs on this machine. */
#ifndef TT_PROBE_PRICE_H
#define TT_PROBE_PRICE_H

#include <stdbool.h>
#include <stdint.h>

struct bpf_program;

/*
 * Put the program on a function of this process as on a library's, call it, and take the
 * time: nanoseconds a hit. A cautious guess when the probe cannot be attached.
 */
uint64_t probe_price_ns(struct bpf_program *program, bool multi);

#endif /* TT_PROBE_PRICE_H */
