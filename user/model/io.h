/* SPDX-License-Identifier: GPL-2.0-only */
/* io.h - plaintext that a process reads from its TLS library, or gives to it. */
#ifndef TT_MODEL_IO_H
#define TT_MODEL_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One call; or in a capture one decrypted record, of which all but sender, bytes and data is absent. */
struct io_call {
	const char *call; /* static: "SSL_read" */
	const char *operation; /* static: "read", "write", "peek" */
	const char *sender; /* static, of a record: "client", "server"; NULL of a call */
	uint64_t asked_bytes, bytes;
	uint64_t took_ns;
	uint32_t pid, thread_id;
	bool failed;
	bool has_code;	   /* of the failure */
	int32_t code;
	const char *error; /* "want_read"; NULL: it has no name */
	const uint8_t *data; /* the first of the bytes, when they were asked for */
	size_t data_bytes;
};

/* All calls of one direction. */
struct io_sums {
	uint64_t calls, failed; /* failed: those of them that moved nothing */
	uint64_t bytes;
	uint64_t blocked_ns; /* spent in them */
};

#endif /* TT_MODEL_IO_H */
