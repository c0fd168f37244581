/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pclntab.h - the functions of a Go program by the table that its runtime needs for
 * tracebacks, and that no stripping takes away. Pure; the table may lie.
 *
 * Layouts: Go 1.2 to 1.15, 1.16, 1.18, 1.20 (runtime/symtab.go, debug/gosym).
 */
#ifndef TT_PROBE_PCLNTAB_H
#define TT_PROBE_PCLNTAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pclntab {
	const uint8_t *bytes;
	size_t size;
	int since; /* the Go release that this layout came with: 2, 16, 18 or 20 of 1.N */
	uint64_t text; /* what addresses are counted from, as the header says; 0: it does not */
	uint64_t count;
	size_t functions, names; /* begins of the parts */
};

#define PCLNTAB_TEXT_AT 24 /* where the header has `text`, layouts of 1.18 and 1.20 */

/* False: no table begins at `bytes`, or it does not fit. `bytes` must outlive *table. */
bool pclntab_open(struct pclntab *table, const uint8_t *bytes, size_t size);
/* The offset of the first table in `size` bytes, -1: none. */
int64_t pclntab_find(const uint8_t *bytes, size_t size);
/*
 * Tell of each function, by address; `bytes` is the distance to the next one. Layouts
 * since 1.18 count from `text`, older ones have addresses. The name lasts as the table does.
 */
void pclntab_functions(const struct pclntab *table, uint64_t text,
		       void (*found)(void *arg, const char *name, uint64_t address,
				     uint64_t bytes),
		       void *arg);

#endif /* TT_PROBE_PCLNTAB_H */
