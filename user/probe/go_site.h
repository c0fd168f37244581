/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * go_site.h - where in a function of Go to put a probe.
 *
 * Arguments and results are in AX, BX, CX, DI, SI since Go 1.17 (x86-64, ABIInternal). A
 * return probe would replace the return address that Go's runtime walks and moves: there
 * is none, a return is probed on its own instruction. Places are found on x86-64 only.
 */
#ifndef TT_PROBE_GO_SITE_H
#define TT_PROBE_GO_SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GO_CODE_MAX 65536 /* longer functions have no places */

struct go_site {
	uint64_t offset; /* from the function's begin */
	bool emulated;	 /* the cheap kind */
	/*
	 * It is the jump that is taken when the stack is too small: the function begins
	 * anew after the stack has grown.
	 */
	bool restarts;
};

/* The jump of the stack check, and the begin of a function without one. */
struct go_site go_site_of_entry(const uint8_t *code, size_t bytes);
/*
 * The returns of a function whose result is an error; with `errors`, those are left out
 * that can only return none (AX was cleared on the way). How many; beyond `most` they are
 * not told.
 */
size_t go_sites_of_returns(const uint8_t *code, size_t bytes, bool errors, uint64_t *offsets,
			   size_t most);

#endif /* TT_PROBE_GO_SITE_H */
