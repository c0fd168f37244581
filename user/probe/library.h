/* SPDX-License-Identifier: GPL-2.0-only */
/* library.h - what of a file can be probed, and the probes on it. */
#ifndef TT_PROBE_LIBRARY_H
#define TT_PROBE_LIBRARY_H

#include <stdint.h>

#include "probe/image.h"
#include "probe/uprobes.h"

enum library_kind { LIBRARY_NONE, LIBRARY_OPENSSL, LIBRARY_GNUTLS };

#define LIBRARY_FUNCTIONS_MAX 32

struct library {
	enum library_kind kind;
	char version[32]; /* "" when the file does not tell */
	size_t count;	  /* places to probe; first those that every handshake passes */
	size_t busy_from;	  /* from here on: those that each read and write passes, and error places */
	uint64_t offsets[LIBRARY_FUNCTIONS_MAX];
	uint64_t cookies[LIBRARY_FUNCTIONS_MAX];
	const char *names[LIBRARY_FUNCTIONS_MAX]; /* static */
	size_t emulated; /* places of the cheap kind */
	size_t calls;	 /* places that are TLS calls: else it is only the library below */
};

/*
 * Find the places in a file whose number, told back in events, is `file`. LIBRARY_NONE in
 * *library->kind when it holds nothing to probe.
 */
void library_read(struct library *library, struct image *image, uint32_t file);
/* The functions that are looked for in a kind of library, by number from 0; NULL: no more. */
const char *library_function(enum library_kind kind, size_t number);
const char *library_kind_name(enum library_kind kind); /* "openssl" */

#endif /* TT_PROBE_LIBRARY_H */
