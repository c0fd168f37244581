/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libraries_below.c - which file a probe really sits on. Containers of one image have overlays of
 * their own over one file: probed once for each, every call in any of them would hit all of those
 * probes. An overlay gives a file a handle that is made of the one of the file below (6.6).
 */
#include <fcntl.h>
#include <string.h>
#include <sys/vfs.h>

#include "probe/libraries_state.h"

#ifndef AT_HANDLE_FID
#define AT_HANDLE_FID 0x200 /* it need not be possible to open it */
#endif
#define OVERLAY 0x794c7630 /* linux/magic.h */

void below_read(struct below *to, int fd)
{
	struct {
		struct file_handle head;
		uint8_t bytes[MAX_HANDLE_SZ];
	} handle = { .head.handle_bytes = MAX_HANDLE_SZ };
	struct statfs about;
	int mount;

	*to = (struct below){ .layered = !fstatfs(fd, &about) && about.f_type == OVERLAY };
	if (to->layered && !name_to_handle_at(fd, "", &handle.head, &mount, AT_EMPTY_PATH | AT_HANDLE_FID)) {
		to->bytes = handle.head.handle_bytes;
		memcpy(to->handle, handle.bytes, to->bytes);
	}
}

bool below_same(const struct below *a, const struct below *b)
{
	return a->bytes && a->bytes == b->bytes && !memcmp(a->handle, b->handle, a->bytes);
}

uint32_t below_known(const struct libraries *l, int fd)
{
	struct below below;

	below_read(&below, fd);
	for (size_t i = 0; below.bytes && i < l->count; i++) {
		const struct probed *p = probed_at(l, i);

		if (p && below_same(&p->use.below, &below))
			return (uint32_t)i + 1;
	}
	return 0;
}
