/* SPDX-License-Identifier: GPL-2.0-only */
#include "source/input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define ROOM_BYTES (1 << 18)
#define PACKED_BYTES ROOM_BYTES /* what was read before it was known to be packed fits */
#define MAGIC_BYTES 6
#define GZIP_FIRST 0x1f
#define GZIP_WINDOW (15 + 16) /* the largest, and a gzip header: see inflateInit2 */

/* A compressed input: what was read and is not unpacked yet. */
struct packed {
	z_stream z;
	bool inside; /* of a member, so that the end is no end */
	uint8_t bytes[PACKED_BYTES];
};

struct input {
	int fd;
	bool stream, ended;
	const char *error;
	struct packed *packed; /* NULL: as it is */
	uint8_t *room;
	size_t size, from, to; /* of room; [from, to) is to be taken */
	uint64_t taken;
	bool (*idle)(void *arg);
	void *idle_arg;
};

/* Wait for bytes, or for the end; false when a signal or nobody's interest ends it. */
static bool wait(struct input *in)
{
	struct pollfd fd = { .fd = in->fd, .events = POLLIN };
	int ready;

	while (!(ready = poll(&fd, 1, INPUT_IDLE_MS)))
		if (!in->idle(in->idle_arg))
			return false;
	if (ready < 0 && errno != EINTR)
		in->error = strerror(errno);
	return ready > 0;
}

/* One read; 0 at the end, or when it fails. A signal that interrupts it ends it too. */
static size_t read_some(struct input *in, uint8_t *to, size_t bytes)
{
	ssize_t got;

	if (in->idle && !wait(in))
		return 0;
	got = read(in->fd, to, bytes);
	if (got < 0 && errno != EINTR)
		in->error = strerror(errno);
	return got > 0 ? (size_t)got : 0;
}

/* A file may hold several members, one after the other; what else follows is padding. */
static bool next_member(struct packed *p)
{
	return *p->z.next_in == GZIP_FIRST && inflateReset(&p->z) == Z_OK;
}

static size_t unpack_some(struct input *in, uint8_t *to, size_t bytes)
{
	struct packed *p = in->packed;
	int status = Z_OK;

	p->z.next_out = to;
	p->z.avail_out = bytes > UINT32_MAX ? UINT32_MAX : (uInt)bytes;
	while (p->z.next_out == to && (status == Z_OK || status == Z_BUF_ERROR)) {
		if (!p->z.avail_in) {
			p->z.next_in = p->bytes;
			p->z.avail_in = (uInt)read_some(in, p->bytes, sizeof(p->bytes));
			if (!p->z.avail_in)
				break;
		}
		if (!p->inside && !next_member(p))
			break;
		status = inflate(&p->z, Z_NO_FLUSH);
		p->inside = status != Z_STREAM_END;
		if (status == Z_STREAM_END)
			status = Z_OK;
	}
	if (status != Z_OK && status != Z_BUF_ERROR)
		in->error = "the gzip data are damaged";
	else if (p->z.next_out == to && p->inside && !in->error)
		in->error = "the gzip data end early";
	return (size_t)(p->z.next_out - to);
}

static size_t some(struct input *in, uint8_t *to, size_t bytes)
{
	return in->packed ? unpack_some(in, to, bytes) : read_some(in, to, bytes);
}

static void fill(struct input *in)
{
	size_t got;

	if (in->from) {
		memmove(in->room, in->room + in->from, in->to - in->from);
		in->to -= in->from;
		in->from = 0;
	}
	if (in->to == in->size) {
		uint8_t *grown = realloc(in->room, 2 * in->size);

		if (!grown) {
			in->error = strerror(ENOMEM);
			in->ended = true;
			return;
		}
		in->room = grown;
		in->size *= 2;
	}
	got = some(in, in->room + in->to, in->size - in->to);
	in->to += got;
	in->ended = !got;
}

const uint8_t *input_peek(struct input *in, size_t wanted, size_t *have)
{
	while (in->to - in->from < wanted && !in->ended)
		fill(in);
	*have = in->to - in->from;
	return in->room + in->from;
}

void input_take(struct input *in, size_t bytes)
{
	in->from += bytes;
	in->taken += bytes;
}

uint64_t input_offset(const struct input *in)
{
	return in->taken;
}

const char *input_error(const struct input *in)
{
	return in->error;
}

void input_on_idle(struct input *in, bool (*idle)(void *arg), void *arg)
{
	in->idle = in->stream ? idle : NULL;
	in->idle_arg = arg;
}

bool input_is_stream(const struct input *in)
{
	return in->stream;
}

/* What was looked at, then without a copy between. */
static ssize_t stdio_read(void *cookie, char *to, size_t bytes)
{
	struct input *in = cookie;
	size_t left = in->to - in->from;

	if (!left && !in->ended) {
		left = some(in, (uint8_t *)to, bytes);
		in->ended = !left;
		in->taken += left;
		return in->error && !left ? -1 : (ssize_t)left;
	}
	bytes = bytes < left ? bytes : left;
	memcpy(to, in->room + in->from, bytes);
	input_take(in, bytes);
	return (ssize_t)bytes;
}

/* Only so that ftell() knows the place. */
static int stdio_seek(void *cookie, off64_t *offset, int whence)
{
	if (whence != SEEK_CUR || *offset)
		return -1;
	*offset = (off64_t)((struct input *)cookie)->taken;
	return 0;
}

FILE *input_stdio(struct input *in)
{
	cookie_io_functions_t io = { .read = stdio_read, .seek = stdio_seek };

	return fopencookie(in, "r", io);
}

/* What cannot be unpacked here is named, with what can. */
static const char *refused(const uint8_t *p, size_t bytes)
{
	static const struct {
		const char *magic;
		size_t bytes;
		const char *why;
	} known[] = {
		{ "\x28\xb5\x2f\xfd", 4, "byte 0: compressed with zstd: zstd -dc FILE | tlstrace read -" },
		{ "\xfd" "7zXZ", 6, "byte 0: compressed with xz: xz -dc FILE | tlstrace read -" },
		{ "\x04\x22\x4d\x18", 4, "byte 0: compressed with lz4: lz4 -dc FILE | tlstrace read -" },
		{ "BZh", 3, "byte 0: compressed with bzip2: bzip2 -dc FILE | tlstrace read -" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (bytes >= known[i].bytes && !memcmp(p, known[i].magic, known[i].bytes))
			return known[i].why;
	return NULL;
}

/* The first bytes tell whether it is compressed; they are unpacked like the rest. */
static const char *begin(struct input *in)
{
	size_t have;
	const uint8_t *p = input_peek(in, MAGIC_BYTES, &have);
	const char *why = refused(p, have);

	if (why || in->error)
		return why ? why : in->error;
	if (have < 2 || p[0] != GZIP_FIRST || p[1] != 0x8b)
		return have ? NULL : "byte 0: the file is empty";
	in->packed = calloc(1, sizeof(*in->packed));
	if (!in->packed || inflateInit2(&in->packed->z, GZIP_WINDOW) != Z_OK)
		return strerror(ENOMEM);
	memcpy(in->packed->bytes, p, have);
	in->packed->z.next_in = in->packed->bytes;
	in->packed->z.avail_in = (uInt)have;
	in->from = in->to = 0;
	in->ended = false;
	return NULL;
}

struct input *input_open(const char *path, const char **why)
{
	struct input *in = calloc(1, sizeof(*in));
	struct stat st;

	*why = strerror(ENOMEM);
	if (!in)
		return NULL;
	in->size = ROOM_BYTES;
	in->room = malloc(in->size);
	in->fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	if (in->fd < 0 || fstat(in->fd, &st)) {
		*why = strerror(errno);
	} else if (S_ISDIR(st.st_mode)) {
		*why = strerror(EISDIR);
	} else if (in->room) {
		in->stream = !S_ISREG(st.st_mode);
		*why = begin(in);
		if (!*why)
			return in;
	}
	input_close(in);
	return NULL;
}

void input_close(struct input *in)
{
	if (in->packed) {
		inflateEnd(&in->packed->z);
		free(in->packed);
	}
	if (in->fd > STDIN_FILENO)
		close(in->fd);
	if (in->room)
		explicit_bzero(in->room, in->size); /* there may have been secrets in it */
	free(in->room);
	free(in);
}
