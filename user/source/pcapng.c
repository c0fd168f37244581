/* SPDX-License-Identifier: GPL-2.0-only */
#include "source/pcapng.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "source/pcapng_body.h"

#define BYTE_ORDER_MAGIC 0x1a2b3c4d
#define BLOCK_BYTES 12	     /* type, length, and the length again at the end */
#define BLOCK_MAX (64 << 20) /* of one that is looked into */
#define INTERFACES_MAX 65536
#define TLS_KEY_LOG 0x544c534b

struct pcapng {
	struct input *in;
	pcapng_secrets *found;
	void *arg;
	bool swapped, begun;
	uint32_t shown; /* bytes of the last block, which are still to be taken */
	uint32_t count, room;
	struct interface *interfaces; /* of this section */
	int64_t last_ns;
};

static enum pcapng_result bad(char *error, const char *why)
{
	snprintf(error, PCAPNG_ERROR, "%s", why);
	return PCAPNG_BAD;
}

bool pcapng_begins(struct input *in)
{
	static const uint8_t magic[] = { 0x0a, 0x0d, 0x0d, 0x0a };
	size_t have;
	const uint8_t *p = input_peek(in, sizeof(magic), &have);

	return have >= sizeof(magic) && !memcmp(p, magic, sizeof(magic));
}

struct pcapng *pcapng_new(struct input *in, pcapng_secrets *found, void *arg)
{
	struct pcapng *ng = calloc(1, sizeof(*ng));

	if (ng)
		*ng = (struct pcapng){ .in = in, .found = found, .arg = arg };
	return ng;
}

/* A section has its own byte order and interfaces. */
static enum pcapng_result section(struct pcapng *ng, char *error)
{
	struct body b = { 0 };

	b.at = input_peek(ng->in, 16, &b.bytes);
	if (b.bytes < 16)
		return bad(error, "cut off inside a section header");
	b.swapped = body_u32(&b, 8) != BYTE_ORDER_MAGIC;
	if (body_u32(&b, 8) != BYTE_ORDER_MAGIC)
		return bad(error, "a section header without its byte-order magic");
	if (body_u16(&b, 12) != 1) {
		snprintf(error, PCAPNG_ERROR, "pcapng of version %u.%u", body_u16(&b, 12), body_u16(&b, 14));
		return PCAPNG_BAD;
	}
	ng->swapped = b.swapped;
	ng->begun = true;
	ng->count = 0;
	return PCAPNG_PACKET;
}

static bool looked_into(const struct pcapng *ng, uint32_t type)
{
	return type == INTERFACE || type == PACKET || type == PACKET_OLD || type == PACKET_SIMPLE ||
	       (type == SECRETS && ng->found);
}

/* The head of the next block. PCAPNG_PACKET: there is one, whatever it is. */
static enum pcapng_result head(struct pcapng *ng, uint32_t *type, uint32_t *bytes, char *error)
{
	struct body b = { .swapped = ng->swapped };

	b.at = input_peek(ng->in, 8, &b.bytes);
	if (!b.bytes)
		return PCAPNG_END;
	if (b.bytes < 8)
		return bad(error, "cut off inside the head of a block");
	*type = body_u32(&b, 0); /* of a section a palindrome: known in both orders */
	if (*type == SECTION && section(ng, error) == PCAPNG_BAD)
		return PCAPNG_BAD;
	if (!ng->begun)
		return bad(error, "no section header");
	b.at = input_peek(ng->in, 8, &b.bytes);
	b.swapped = ng->swapped;
	*bytes = body_u32(&b, 4);
	if (*bytes >= BLOCK_BYTES && *bytes % 4 == 0 && (*bytes <= BLOCK_MAX || !looked_into(ng, *type)))
		return PCAPNG_PACKET;
	snprintf(error, PCAPNG_ERROR, "a block of type 0x%x that says it has %u bytes", *type, *bytes);
	return PCAPNG_BAD;
}

/* Take bytes that need not be looked at. */
static bool pass(struct pcapng *ng, uint32_t bytes)
{
	while (bytes) {
		size_t have;

		input_peek(ng->in, 1, &have);
		if (!have)
			return false;
		have = have < bytes ? have : bytes;
		input_take(ng->in, have);
		bytes -= (uint32_t)have;
	}
	return true;
}

static enum pcapng_result add_interface(struct pcapng *ng, struct body b, struct pcapng_packet *p,
					char *error)
{
	struct interface one;

	if (!pcapng_interface(b, &one, error))
		return PCAPNG_BAD;
	if (ng->count == ng->room) {
		uint32_t room = ng->room ? 2 * ng->room : 8;
		struct interface *grown = room <= INTERFACES_MAX ?
						  realloc(ng->interfaces, room * sizeof(one)) : NULL;

		if (!grown)
			return bad(error, "too many interfaces");
		ng->interfaces = grown;
		ng->room = room;
	}
	ng->interfaces[ng->count++] = one;
	*p = (struct pcapng_packet){ .link_type = one.link_type, .snap = one.snap };
	return PCAPNG_INTERFACE;
}

static void secrets(const struct pcapng *ng, struct body b)
{
	uint32_t bytes;

	if (b.bytes < 8 || body_u32(&b, 0) != TLS_KEY_LOG)
		return;
	bytes = body_u32(&b, 4);
	body_skip(&b, 8);
	if (bytes <= b.bytes)
		ng->found(ng->arg, (const char *)b.at, bytes);
}

/* A block of `bytes` in all that is looked into. PCAPNG_END: it has nothing for the caller. */
static enum pcapng_result body(struct pcapng *ng, uint32_t type, uint32_t bytes,
			       struct pcapng_packet *p, char *error)
{
	struct body b = { .swapped = ng->swapped };

	b.at = input_peek(ng->in, bytes, &b.bytes);
	if (b.bytes < bytes) {
		snprintf(error, PCAPNG_ERROR, "cut off inside a block: %zu of %u bytes are there", b.bytes, bytes);
		return PCAPNG_BAD;
	}
	if (body_u32(&b, bytes - 4) != bytes)
		return bad(error, "the two lengths of a block differ");
	ng->shown = bytes;
	b.bytes = bytes - 4;
	body_skip(&b, 8);
	if (type == INTERFACE)
		return add_interface(ng, b, p, error);
	if (type == SECRETS) {
		secrets(ng, b);
		return PCAPNG_END;
	}
	p->time_ns = ng->last_ns;
	if (!pcapng_packet(type, b, ng->interfaces, ng->count, p, error))
		return PCAPNG_BAD;
	ng->last_ns = p->time_ns;
	return PCAPNG_PACKET;
}

enum pcapng_result pcapng_next(struct pcapng *ng, struct pcapng_packet *p, char error[PCAPNG_ERROR])
{
	enum pcapng_result result;
	uint32_t type, bytes;

	for (;;) {
		input_take(ng->in, ng->shown);
		ng->shown = 0;
		result = head(ng, &type, &bytes, error);
		if (result != PCAPNG_PACKET)
			return result;
		if (looked_into(ng, type)) {
			result = body(ng, type, bytes, p, error);
			if (result != PCAPNG_END)
				return result;
		} else if (!pass(ng, bytes)) {
			return bad(error, "cut off inside a block");
		}
	}
}

void pcapng_free(struct pcapng *ng)
{
	free(ng->interfaces);
	free(ng);
}

void pcapng_each_secrets(const char *path, pcapng_secrets *found, void *arg)
{
	char error[PCAPNG_ERROR];
	struct pcapng_packet p;
	struct pcapng *ng;
	struct input *in;
	struct stat st;
	const char *why;

	/* A pipe cannot be read twice. */
	if (stat(path, &st) || !S_ISREG(st.st_mode) || !(in = input_open(path, &why)))
		return;
	ng = pcapng_begins(in) ? pcapng_new(in, found, arg) : NULL;
	if (ng) {
		while (pcapng_next(ng, &p, error) > PCAPNG_END)
			;
		pcapng_free(ng);
	}
	input_close(in);
}
