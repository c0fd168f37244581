/* SPDX-License-Identifier: GPL-2.0-only */
/* functions.h - the table of functions.def, and which of them a file has. */
#ifndef TT_PROBE_FUNCTIONS_H
#define TT_PROBE_FUNCTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/image.h"
#include "probe/library.h"

/* Its rows, by number. */
enum {
#define FUNCTION(library, name, kind, call, arguments) FUNCTION_##name##_##kind,
#include "probe/functions.def"
#undef FUNCTION
	FUNCTIONS,
};

struct function {
	enum library_kind library;
	const char *name;
	uint8_t kind, call, arguments; /* enum tt_site_kind, enum tt_call_name */
};
extern const struct function functions[FUNCTIONS];

struct search {
	struct {
		uint64_t offset, bytes;
		uint64_t stub; /* through which this file calls another's */
	} at[FUNCTIONS];
	uint64_t methods; /* NSPR's PR_GetDefaultIOMethods(), or its stub */
	bool boring; /* BoringSSL, or what was made of it */
	int32_t verify_at; /* how far into its object a verify result is, -1: unknown */
};

/* The functions that the file defines; zeros where it does not. */
void search_functions(struct search *search, struct image *image);
/* And the stubs of those that it calls, and what is in no table of symbols. */
void search_stubs(struct search *search, struct image *image);
bool search_has(const struct search *search, const char *name);
bool function_errs(const struct function *f);  /* notes an error */
bool function_moves(const struct function *f); /* moves plaintext */
bool function_binds(const struct function *f); /* and object and connection are joined nowhere else: never let go */
bool function_below(const struct function *f); /* is passed by what is no TLS too */
bool function_seals(const struct function *f); /* is passed by each record */

#endif /* TT_PROBE_FUNCTIONS_H */
