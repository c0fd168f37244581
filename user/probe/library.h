/* SPDX-License-Identifier: GPL-2.0-only */
/* library.h - what of a file can be probed, and the probes on it. */
#ifndef TT_PROBE_LIBRARY_H
#define TT_PROBE_LIBRARY_H

#include <stdint.h>

#include "probe/image.h"
#include "probe/uprobes.h"

enum library_kind { LIBRARY_NONE, LIBRARY_OPENSSL, LIBRARY_GNUTLS, LIBRARY_NSS, LIBRARY_GO, LIBRARY_BORINGSSL, LIBRARY_KINDS };

#define LIBRARY_PLACES_MAX UPROBES_MAX
#define GO_ERRORS_MAX 24 /* types of errors that are known */

struct library {
	enum library_kind kind;
	char version[32]; /* "" when the file does not tell */
	size_t count;	  /* places to probe; first those that every handshake passes */
	size_t below_from; /* from here on: errors and calls of all that uses it, for want of a place in TLS alone */
	size_t busy_from;  /* those that each read and write passes */
	size_t dear_from;  /* of those: where a hit costs ten times as much, and nothing but sizes hangs on it */
	size_t named;	   /* from here on: returns of functions that are named before */
	uint64_t offsets[LIBRARY_PLACES_MAX];
	uint64_t cookies[LIBRARY_PLACES_MAX];
	const char *names[LIBRARY_PLACES_MAX]; /* static, or NULL; as many as are named */
	size_t emulated; /* places of the cheap kind */
	size_t calls;	 /* places that are TLS calls: else it is only the library below */
	size_t seals;	 /* places where records are sealed and opened */
	bool ends_seen;	 /* it is seen where each call is over */
	size_t errors;	 /* places where an error of TLS passes, and of nothing else */
	bool needs_below; /* some of what it does is seen only in the library below it */
	const char *wire_only; /* why it has no place though its kind is known; static, or NULL */
	struct {
		uint64_t places[LIBRARY_PLACES_MAX], errors[GO_ERRORS_MAX]; /* addresses */
	} go;
};

/* What is wanted of calls that move plaintext. */
enum library_io { LIBRARY_IO_NONE, LIBRARY_IO_SUMS, LIBRARY_IO_EACH };

struct library_wish {
	enum library_io io;
	bool secrets; /* that keys are derived from */
	bool alerts; /* those inside of records too: every record passes there */
};

/*
 * Find the places in a file whose number, told back in events, is `file`. LIBRARY_NONE in
 * *library->kind when it holds nothing to probe.
 */
void library_read(struct library *library, struct image *image, uint32_t file, struct library_wish wish);
/* The functions that are looked for in a kind of library, by number from 0; NULL: no more. */
const char *library_function(enum library_kind kind, size_t number);
const char *library_kind_name(enum library_kind kind); /* "openssl" */

#endif /* TT_PROBE_LIBRARY_H */
