/* SPDX-License-Identifier: GPL-2.0-only */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

FILE *output_open(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "a");

	if (!file) {
		fprintf(stderr, "tlstrace: %s: %s\n", path, strerror(errno));
		return NULL;
	}
	setvbuf(file, NULL, _IOFBF, 1 << 16);
	return file;
}

void status_line(const struct stats *s)
{
	fprintf(stderr, CLEAR_LINE "%llu open, %llu connections, %llu handshakes, %llu failed",
		(unsigned long long)s->connections_open, (unsigned long long)s->connections_total,
		(unsigned long long)s->handshakes, (unsigned long long)s->failures);
	if (s->lost[LOST_OUTPUT] || s->lost[LOST_EVICTED])
		fprintf(stderr, ", lost: %llu output, %llu evicted",
			(unsigned long long)s->lost[LOST_OUTPUT],
			(unsigned long long)s->lost[LOST_EVICTED]);
	fflush(stderr);
}
