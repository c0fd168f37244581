/* SPDX-License-Identifier: GPL-2.0-only */
/* Bytes that claim to be a key log; the same as a pcapng file with secrets inside. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "decrypt/keylog.h"
#include "source/pcapng.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_secrets(void *arg, const char *text, size_t bytes)
{
	keylog_text(arg, text, bytes);
}

static void as_file(struct keylog *log, const uint8_t *data, size_t size)
{
	static char path[32];
	static int fd = -1;

	if (fd < 0) {
		fd = memfd_create("pcapng", MFD_CLOEXEC);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	if (ftruncate(fd, 0) || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	pcapng_each_secrets(path, on_secrets, log);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t random[32];
	struct keylog *log = keylog_new();

	if (!log)
		return 0;
	keylog_text(log, (const char *)data, size);
	as_file(log, data, size);
	if (keylog_find(log, random) && !keylog_count(log))
		abort();
	keylog_free(log);
	return 0;
}
