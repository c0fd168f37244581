/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * layer.h - the functions of NSS that NSPR calls for a TLS socket.
 *
 * PR_Read() and its like are those of every file and leave by a jump, so it is not seen
 * where they return. What they jump to stands in the socket's table of methods (struct
 * PRIOMethods of prio.h, the same since NSPR 4.0). NSS makes its table when it is first
 * used: a copy of PR_GetDefaultIOMethods(), with its own functions put in. They are static
 * ones, so they are read off the code that puts them in. x86-64 only.
 */
#ifndef TT_PROBE_LAYER_H
#define TT_PROBE_LAYER_H

#include "probe/image.h"

/* Offsets in the file. */
struct layer {
	uint64_t close, read, write, receive, send;
};

/*
 * `methods` is the offset in the file of PR_GetDefaultIOMethods() or of the stub that leads
 * there. False: what follows no call of it could be read so; *layer is untouched.
 */
bool layer_read(struct layer *layer, struct image *image, uint64_t methods);

#endif /* TT_PROBE_LAYER_H */
