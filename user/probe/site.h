/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * site.h - where in a function to put a probe.
 *
 * A probe on an instruction that the kernel emulates (x86: push, nop, near call and
 * jump; arch/x86/kernel/uprobes.c, since 3.16 and push since 4.17) costs a tenth of one
 * on an instruction that it must step over.
 */
#ifndef TT_PROBE_SITE_H
#define TT_PROBE_SITE_H

#include <stddef.h>
#include <stdint.h>

#define SITE_CODE_BYTES 64 /* enough of a function to choose in */

struct site {
	uint64_t offset;      /* from the function's begin */
	uint32_t stack_bytes; /* that the function has taken by then */
	uint32_t emulated;    /* the cheap kind */
};

/*
 * The first cheap place where the first `arguments` (1 to 5) integer arguments are still
 * in their registers, in code that runs straight from the begin; the begin itself when
 * there is none.
 */
struct site site_of_entry(const uint8_t *code, size_t bytes, int arguments);
/*
 * How far into its object, at most 65535 bytes, a function reads that returns an int of it
 * and does nothing else. -1: it does more.
 */
int32_t site_of_member(const uint8_t *code, size_t bytes);
#define EXIT_NOWHERE INT64_MIN
#define EXIT_UNKNOWN (INT64_MIN + 1)
#define EXIT_CODE_BYTES 8192 /* as much of a function is followed */

/*
 * The places that a function passes once when it returns, with its result in the result's
 * register and `stack_bytes` below the return address: all that can be reached from its
 * begin by jumps; at most `most`. `*outside`: where it jumps to beyond these bytes (a tail
 * call, whose returns are this function's), EXIT_NOWHERE, or EXIT_UNKNOWN: there may be more, it
 * jumps where a register says.
 */
size_t sites_of_exits(const uint8_t *code, size_t bytes, struct site *exits, size_t most,
		      int64_t *outside);

#endif /* TT_PROBE_SITE_H */
