/* SPDX-License-Identifier: GPL-2.0-only */
/* A file of any bytes, in gzip or not, through the reader of pcapng blocks and the link layers. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "source/input.h"
#include "source/link.h"
#include "source/pcapng.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool truth)
{
	if (!truth)
		abort();
}

static void on_segment(void *arg, const struct segment *s)
{
	uint8_t *sum = arg;

	require(s->bytes <= s->wire_bytes);
	for (uint32_t i = 0; i < s->bytes; i++)
		*sum ^= s->data[i];
}

static void on_secrets(void *arg, const char *text, size_t bytes)
{
	uint8_t *sum = arg;

	for (size_t i = 0; i < bytes; i++)
		*sum ^= (uint8_t)text[i];
}

static void one_packet(struct link *link, const struct pcapng_packet *p)
{
	uint8_t *copy;

	require(link != NULL);
	if (!link_known(p->link_type))
		return;
	/* A copy of its own: the sanitizer sees a byte too far. */
	copy = malloc(p->bytes ? p->bytes : 1);
	memcpy(copy, p->data, p->bytes);
	link_packet(link, p->link_type, p->time_ns, copy, p->bytes, p->wire_bytes);
	free(copy);
}

static void blocks(struct input *in, struct link *link, uint8_t *sum)
{
	struct pcapng *ng = pcapng_new(in, on_secrets, sum);
	char error[PCAPNG_ERROR] = "";
	enum pcapng_result result;
	struct pcapng_packet p;

	while ((result = pcapng_next(ng, &p, error)) > PCAPNG_END)
		if (result == PCAPNG_PACKET)
			one_packet(link, &p);
	require(result == PCAPNG_END || *error);
	pcapng_free(ng);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char path[32];
	static int fd = -1;
	uint8_t sum = 0;
	struct link *link;
	struct input *in;
	const char *why;

	if (fd < 0) {
		fd = memfd_create("input", 0);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	require(fd >= 0 && !ftruncate(fd, 0) && pwrite(fd, data, size, 0) == (ssize_t)size);
	in = input_open(path, &why);
	if (!in)
		return 0;
	link = link_new(on_segment, &sum);
	blocks(in, link, &sum);
	require(input_offset(in) <= (uint64_t)size * 1100 + 1100); /* as far as gzip can go */
	link_free(link);
	input_close(in);
	return 0;
}
