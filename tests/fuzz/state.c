/* SPDX-License-Identifier: GPL-2.0-only */
/* Bytes that claim to be a state file: what is taken up is written as it was read. */
#include <stdlib.h>
#include <string.h>

#include "track/history.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct history *taken(const uint8_t *data, size_t size, enum unpacked *how, size_t *entries)
{
	struct history *h = history_new(64, 64);
	size_t at;

	if (!h)
		abort();
	*how = history_unpack(h, data, size, &at, entries);
	if (at > size || (*how == UNPACKED && at != size))
		abort();
	return h;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t entries, again_entries, bytes, again_bytes;
	enum unpacked how;
	struct history *h = taken(data, size, &how, &entries), *again;
	uint8_t *packed = history_pack(h, &bytes), *repacked;

	if (!packed || ((how == UNPACKED_FOREIGN || how == UNPACKED_NEWER || how == UNPACKED_OLDER) && entries))
		abort();
	again = taken(packed, bytes, &how, &again_entries);
	repacked = history_pack(again, &again_bytes);
	if (how != UNPACKED || again_entries > entries || !repacked || bytes != again_bytes ||
	    memcmp(packed, repacked, bytes))
		abort();
	free(packed);
	free(repacked);
	history_free(h);
	history_free(again);
	return 0;
}
