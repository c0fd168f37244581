/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pcapng.h - pcapng (draft-ietf-opsawg-pcapng) block by block.
 *
 * libpcap refuses what a capture on several interfaces easily is: interfaces of different
 * link types or snap lengths; and it passes over the secrets.
 */
#ifndef TT_SOURCE_PCAPNG_H
#define TT_SOURCE_PCAPNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "source/input.h"

#define PCAPNG_ERROR 256

enum pcapng_result { PCAPNG_BAD = -1, PCAPNG_END, PCAPNG_PACKET, PCAPNG_INTERFACE };

struct pcapng_packet {
	int link_type;	 /* LINKTYPE_ */
	uint32_t snap;	 /* of the interface; 0: no limit */
	int64_t time_ns; /* of a simple packet, which has none, that of the one before */
	const uint8_t *data; /* until the next call */
	uint32_t bytes, wire_bytes;
};

/* `text`, in the format of a key log, is valid during the call. */
typedef void pcapng_secrets(void *arg, const char *text, size_t bytes);

struct pcapng;

/* Whether an input begins as one, without taking anything. */
bool pcapng_begins(struct input *in);
/* Reads `in`, which stays the caller's. `found` is told of TLS secrets, or NULL. NULL: no memory. */
struct pcapng *pcapng_new(struct input *in, pcapng_secrets *found, void *arg);
/*
 * The next packet or interface description, whose link type and snap length are all that is
 * filled in then. PCAPNG_BAD: `error` says what is wrong.
 */
enum pcapng_result pcapng_next(struct pcapng *ng, struct pcapng_packet *p, char error[PCAPNG_ERROR]);
void pcapng_free(struct pcapng *ng);
/* Tell of every block of TLS secrets in a regular file; any other file, or a bad one, has none. */
void pcapng_each_secrets(const char *path, pcapng_secrets *found, void *arg);

#endif /* TT_SOURCE_PCAPNG_H */
