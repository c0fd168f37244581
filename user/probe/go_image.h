/* SPDX-License-Identifier: GPL-2.0-only */
/* go_image.h - what the Go linker leaves in a program: its version, and its functions. */
#ifndef TT_PROBE_GO_IMAGE_H
#define TT_PROBE_GO_IMAGE_H

#include <stdbool.h>

#include "probe/image.h"

/*
 * The release that built the program, "1.19.8"; "" where it is Go's but does not tell.
 * False: not a Go program.
 */
bool go_version(struct image *image, char *version, size_t bytes);
/*
 * Tell of each function, with its address, by the program's own table, stripped or not.
 * The release that the table's layout came with, N of 1.N; 0: no table was found.
 */
int go_functions(struct image *image,
		 void (*found)(void *arg, const char *name, uint64_t address, uint64_t bytes),
		 void *arg);

#endif /* TT_PROBE_GO_IMAGE_H */
