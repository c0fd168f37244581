/* SPDX-License-Identifier: GPL-2.0-only */
#include "source/pcapng.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTION 0x0a0d0d0a
#define BYTE_ORDER_MAGIC 0x1a2b3c4d
#define SECRETS 0x0a
#define TLS_KEY_LOG 0x544c534b
#define BLOCK_BYTES 12	    /* type, length, and the length again at the end */
#define SECRETS_HEAD_BYTES 8 /* their type and length */
#define SECRETS_MAX (64 << 20)

struct reader {
	int fd;
	off_t at, end;
	bool swapped;
	pcapng_secrets *found;
	void *arg;
};

static uint32_t u32(const struct reader *r, const uint8_t *p)
{
	uint32_t value;

	memcpy(&value, p, sizeof(value));
	return r->swapped ? __builtin_bswap32(value) : value;
}

static bool fetch(const struct reader *r, off_t at, void *out, size_t bytes)
{
	return at + (off_t)bytes <= r->end && pread(r->fd, out, bytes, at) == (ssize_t)bytes;
}

/* A section's byte order may differ from the one before it. */
static bool section(struct reader *r)
{
	uint8_t magic[4];

	r->swapped = false;
	if (!fetch(r, r->at + 8, magic, sizeof(magic)))
		return false;
	if (u32(r, magic) == BYTE_ORDER_MAGIC)
		return true;
	r->swapped = true;
	return u32(r, magic) == BYTE_ORDER_MAGIC;
}

static bool secrets(struct reader *r, uint32_t block_bytes)
{
	uint8_t head[SECRETS_HEAD_BYTES];
	uint32_t bytes;
	char *text;

	if (block_bytes < BLOCK_BYTES + SECRETS_HEAD_BYTES ||
	    !fetch(r, r->at + 8, head, sizeof(head)))
		return false;
	bytes = u32(r, head + 4);
	if (bytes > block_bytes - BLOCK_BYTES - SECRETS_HEAD_BYTES || bytes > SECRETS_MAX ||
	    u32(r, head) != TLS_KEY_LOG || !bytes)
		return false;
	text = malloc(bytes);
	if (!text || !fetch(r, r->at + 8 + SECRETS_HEAD_BYTES, text, bytes)) {
		free(text);
		return false;
	}
	r->found(r->arg, text, bytes);
	explicit_bzero(text, bytes);
	free(text);
	return true;
}

static bool is_packet(uint32_t type)
{
	return type == 2 || type == 3 || type == 6;
}

static void blocks(struct reader *r, bool everywhere)
{
	uint8_t head[8];
	uint32_t bytes, type = 0;

	while (fetch(r, r->at, head, sizeof(head))) {
		memcpy(&type, head, sizeof(type)); /* a palindrome: known in both orders */
		if (type == SECTION && !section(r))
			return;
		if (!r->at && type != SECTION)
			return;
		type = u32(r, head);
		bytes = u32(r, head + 4);
		if (bytes < BLOCK_BYTES || bytes % 4 || bytes > r->end - r->at ||
		    (is_packet(type) && !everywhere))
			return;
		if (type == SECRETS)
			everywhere |= secrets(r, bytes);
		r->at += bytes;
	}
}

void pcapng_each_secrets(const char *path, bool everywhere, pcapng_secrets *found, void *arg)
{
	struct reader r = { .fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), .found = found,
			    .arg = arg };
	struct stat st;

	if (r.fd < 0)
		return;
	if (!fstat(r.fd, &st) && S_ISREG(st.st_mode)) {
		r.end = st.st_size;
		blocks(&r, everywhere);
	}
	close(r.fd);
}
