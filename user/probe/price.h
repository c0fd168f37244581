/* SPDX-License-Identifier: GPL-2.0-only */
/* price.h - what one hit of a probe costs on this machine. */
#ifndef TT_PROBE_PRICE_H
#define TT_PROBE_PRICE_H

#include <stdbool.h>
#include <stdint.h>

struct bpf_program;

struct price {
	uint64_t emulated_ns; /* on an instruction that the kernel emulates */
	uint64_t stepped_ns;  /* on one that it must step over */
};

/*
 * Put the program on functions of this process as on a library's, call them, and take the
 * time of a hit. Cautious guesses when the probe cannot be attached.
 */
struct price probe_price(struct bpf_program *program, bool multi);

#endif /* TT_PROBE_PRICE_H */
