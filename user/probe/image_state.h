/* SPDX-License-Identifier: GPL-2.0-only */
/* image_state.h - what the files of image.h share. */
#ifndef TT_PROBE_IMAGE_STATE_H
#define TT_PROBE_IMAGE_STATE_H

#include <gelf.h>
#include <libelf.h>

#include "probe/image.h"

#define SEGMENTS_MAX 64

struct image {
	Elf *file;
	uint64_t bytes; /* of the file */
	size_t segment_count;
	GElf_Phdr segment[SEGMENTS_MAX]; /* those that hold code */
};

#endif /* TT_PROBE_IMAGE_STATE_H */
