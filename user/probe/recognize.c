/* SPDX-License-Identifier: GPL-2.0-only */
#include "probe/recognize.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe/go.h"
#include "probe/mappings.h"

#define TEXT_MAX (256u << 20) /* a read-only section beyond that is not searched */

/* By the name of a function that it defines, of a file, or a text among its constants. */
static const struct {
	const char *function, *file, *text, *why;
} known[] = {
	{ .file = "libjvm.so", .why = "TLS of Java is written in Java, and compiled as it runs" },
	{ .function = "mbedtls_ssl_handshake", .why = "Mbed TLS is not probed" },
	{ .function = "wolfSSL_connect", .why = "wolfSSL is not probed" },
	{ .function = "s2n_negotiate", .why = "s2n-tls is not probed" },
	{ .function = "br_ssl_engine_current_state", .why = "BearSSL is not probed" },
	{ .text = "/rustls-0.", .why = "rustls exports no functions" },
	{ .text = "BoringSSL", .why = "BoringSSL in this program exports no functions" },
	{ .text = "OpenSSL 1.", .why = "OpenSSL in this program exports no functions" },
	{ .text = "OpenSSL 3.", .why = "OpenSSL in this program exports no functions" },
};
#define KNOWN (sizeof(known) / sizeof(*known))

struct look {
	uint64_t inode; /* the last file: it is mapped many times in a row */
	size_t best;	/* in `known`; KNOWN: nothing yet */
	bool exports;	/* this file has OpenSSL's functions: its text says nothing new */
	const char *go;
};

static void better(struct look *l, size_t i)
{
	if (i < l->best)
		l->best = i;
}

static void by_function(void *arg, const char *name, uint64_t offset, uint64_t bytes)
{
	struct look *l = arg;

	(void)offset, (void)bytes;
	l->exports |= !strcmp(name, "ERR_clear_error");
	for (size_t i = 0; i < KNOWN; i++)
		if (known[i].function && !strcmp(name, known[i].function))
			better(l, i);
}

static void by_text(struct look *l, struct image *image)
{
	struct image_part part;

	if (!image_section(image, ".rodata", TEXT_MAX, &part))
		return;
	for (size_t i = 0; i < KNOWN; i++)
		if (known[i].text &&
		    memmem(part.bytes, part.size, known[i].text, strlen(known[i].text)))
			better(l, i);
}

static void by_name(struct look *l, const char *path)
{
	const char *name = strrchr(path, '/');

	for (size_t i = 0; name && i < KNOWN; i++)
		if (known[i].file && !strcmp(name + 1, known[i].file))
			better(l, i);
}

static void look_into(struct look *l, struct image *image)
{
	struct library *library = calloc(1, sizeof(*library));

	if (library && go_read(library, image, 0, false)) {
		l->go = library->wire_only;
	} else {
		l->exports = false;
		image_functions(image, by_function, l);
		if (!l->exports)
			by_text(l, image);
	}
	free(library);
}

static void take(void *arg, const struct mapping *m)
{
	struct look *l = arg;
	struct image *image;
	const char *why;
	int fd;

	if (m->inode == l->inode)
		return;
	l->inode = m->inode;
	by_name(l, m->path);
	fd = mapping_file(m);
	image = fd < 0 ? NULL : image_open(fd, &why);
	if (image) {
		look_into(l, image);
		image_close(image);
	}
	if (fd >= 0)
		close(fd);
}

const char *recognize(uint32_t pid)
{
	struct look look = { .best = KNOWN };

	mappings_scan(pid, take, &look);
	if (look.go)
		return look.go;
	return look.best < KNOWN ? known[look.best].why :
				   "no TLS library that can be probed is mapped";
}
