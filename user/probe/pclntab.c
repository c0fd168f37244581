/* SPDX-License-Identifier: GPL-2.0-only */
#include "probe/pclntab.h"

#include <string.h>

#define POINTER 8
#define HEAD_BYTES 8
#define FUNCTIONS_MAX 4000000

static uint64_t number(const struct pclntab *t, size_t at, size_t bytes)
{
	uint64_t value = 0;

	if (at > t->size || t->size - at < bytes)
		return UINT64_MAX;
	while (bytes--)
		value = value << 8 | t->bytes[at + bytes];
	return value;
}

/* Go 1.N that came with this layout; 0: not the begin of a table. */
static int layout(const uint8_t *b)
{
	uint32_t magic = b[0] | b[1] << 8 | b[2] << 16 | (uint32_t)b[3] << 24;

	if (b[4] || b[5] || (b[6] != 1 && b[6] != 4) || b[7] != POINTER)
		return 0;
	switch (magic) {
	case 0xfffffffb: return 2;
	case 0xfffffffa: return 16;
	case 0xfffffff0: return 18;
	case 0xfffffff1: return 20;
	default: return 0;
	}
}

/* The bytes of an entry of the table of functions: two numbers. */
static size_t entry_bytes(const struct pclntab *t)
{
	return t->since < 18 ? 2 * POINTER : 2 * sizeof(uint32_t);
}

bool pclntab_open(struct pclntab *t, const uint8_t *bytes, size_t size)
{
	uint64_t names = 0, functions = HEAD_BYTES + POINTER;

	*t = (struct pclntab){ .bytes = bytes, .size = size };
	t->since = size < HEAD_BYTES ? 0 : layout(bytes);
	if (!t->since)
		return false;
	t->count = number(t, HEAD_BYTES, POINTER);
	if (t->since >= 16) {
		size_t at = t->since >= 18 ? PCLNTAB_TEXT_AT + POINTER : PCLNTAB_TEXT_AT;

		names = number(t, at, POINTER);
		functions = number(t, at + 4 * POINTER, POINTER);
	}
	if (t->since >= 18)
		t->text = number(t, PCLNTAB_TEXT_AT, POINTER);
	if (!t->count || t->count > FUNCTIONS_MAX || names >= size || functions >= size ||
	    (t->count * entry_bytes(t)) > size - functions)
		return false;
	t->names = (size_t)names;
	t->functions = (size_t)functions;
	return true;
}

int64_t pclntab_find(const uint8_t *bytes, size_t size)
{
	static const uint8_t end[] = { 0xff, 0xff, 0xff };
	const uint8_t *at = bytes, *last = bytes + size;
	struct pclntab t;

	/* The magic number's upper bytes, then the pad that no four bytes of ones have. */
	while (at < last && (at = memmem(at, (size_t)(last - at), end, sizeof(end)))) {
		if (at > bytes && last - at > HEAD_BYTES && !at[3] &&
		    pclntab_open(&t, at - 1, (size_t)(last - at) + 1))
			return at - 1 - bytes;
		at++;
	}
	return -1;
}

static const char *name_at(const struct pclntab *t, uint64_t at)
{
	if (at >= t->size - t->names)
		return NULL;
	at += t->names;
	return memchr(t->bytes + at, 0, t->size - (size_t)at) ? (const char *)t->bytes + at : NULL;
}

void pclntab_functions(const struct pclntab *t, uint64_t text,
		       void (*found)(void *arg, const char *name, uint64_t address,
				     uint64_t bytes),
		       void *arg)
{
	bool old = t->since < 18;
	size_t width = old ? POINTER : sizeof(uint32_t);
	size_t base = t->since < 16 ? 0 : t->functions; /* what records are counted from */

	for (uint64_t i = 0; i < t->count; i++) {
		size_t at = t->functions + (size_t)i * 2 * width;
		uint64_t begin = number(t, at, width), end = number(t, at + 2 * width, width);
		uint64_t record = number(t, at + width, width), name;
		const char *text_name;

		if (record >= t->size - base)
			continue;
		/* The record: its address, then where the name is. */
		name = number(t, base + (size_t)record + width, sizeof(uint32_t));
		text_name = name == UINT64_MAX ? NULL : name_at(t, name);
		if (text_name)
			found(arg, text_name, old ? begin : text + begin,
			      end != UINT64_MAX && end > begin ? end - begin : 0);
	}
}
