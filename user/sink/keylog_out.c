/* SPDX-License-Identifier: GPL-2.0-only */
#include "sink/keylog_out.h"

#define RANDOM_BYTES 32

static void hex(FILE *out, const uint8_t *bytes, size_t count)
{
	putc(' ', out);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%02x", bytes[i]);
}

void keylog_line(FILE *out, const char *label, const uint8_t *random, const uint8_t *secret,
		 size_t bytes)
{
	fputs(label, out);
	hex(out, random, RANDOM_BYTES);
	hex(out, secret, bytes);
	putc('\n', out);
}
