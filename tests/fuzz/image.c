/* SPDX-License-Identifier: GPL-2.0-only */
/* An ELF file that lies: its functions, its code, its version. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probe/library.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1); /* libelf may swap bytes in place */
	struct image *image;
	struct library library;
	const char *why;

	memcpy(copy, data, size);
	image = image_of_memory(copy, size, &why);
	if (image) {
		library_read(&library, image, 1, (struct library_wish){ LIBRARY_IO_EACH, true, true });
		for (size_t i = 0; i < library.count; i++)
			if (library.offsets[i] > size + 64)
				abort(); /* a probe outside of the file */
		image_close(image);
	} else if (!why || !*why) {
		abort();
	}
	free(copy);
	return 0;
}
