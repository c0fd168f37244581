/* SPDX-License-Identifier: GPL-2.0-only */
/* A Go program's table of functions that lies, and code that is none. */
#include <stdlib.h>
#include <string.h>

#include "probe/go_site.h"
#include "probe/pclntab.h"

static void found(void *arg, const char *name, uint64_t address, uint64_t bytes)
{
	size_t *letters = arg;

	(void)address, (void)bytes;
	*letters += strlen(name); /* reads all of it */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int64_t at = pclntab_find(data, size);
	uint64_t offsets[16];
	struct go_site site = go_site_of_entry(data, size);
	size_t letters = 0, count = go_sites_of_returns(data, size, size & 1, offsets, 16);
	struct pclntab t;

	if (site.offset >= size && size)
		abort();
	for (size_t i = 0; i < count; i++)
		if (offsets[i] >= size || data[offsets[i]] == 0)
			abort();
	if (at >= (int64_t)size)
		abort();
	if (at >= 0 && pclntab_open(&t, data + at, size - (size_t)at))
		pclntab_functions(&t, 0x401000, found, &letters);
	if (pclntab_open(&t, data, size))
		pclntab_functions(&t, t.text, found, &letters);
	return letters > 1u << 30;
}
