/* SPDX-License-Identifier: GPL-2.0-only */
#include "probe/go_image.h"

#include <stdio.h>
#include <string.h>

#include "probe/pclntab.h"

/* debug/buildinfo: magic, size of pointers, flags, then pointers or, since 1.18, texts. */
#define BUILDINFO "\xff Go buildinf:"
#define BUILDINFO_BYTES 32
#define BUILDINFO_INLINE 2
#define POINTER_AT 16
/* runtime.moduledata begins with the table's address; since the layout of 1.16: */
#define MODULE_TEXT_AT (22 * 8)

/* "go1.19.8 X:exp" and "devel go1.24-abc" to "1.19.8" and "1.24-abc". */
static void take_version(const char *text, size_t length, char *version, size_t bytes)
{
	const char *go = memmem(text, length, "go1.", 4);
	size_t count = 0;

	*version = 0;
	if (!go)
		return;
	for (go += 2; go + count < text + length && count + 1 < bytes && go[count] > ' ' &&
		      go[count] < 127; count++)
		version[count] = go[count];
	version[count] = 0;
}

static void version_of(struct image *image, const uint8_t *info, size_t size, char *version,
		       size_t bytes)
{
	uint64_t at, header[2];
	char text[64];

	*version = 0;
	if (size >= BUILDINFO_BYTES && info[15] & BUILDINFO_INLINE) {
		size -= BUILDINFO_BYTES;
		/* A length below 128 takes one byte, and a version is no longer. */
		if (size > 1 && info[BUILDINFO_BYTES] < 128 && info[BUILDINFO_BYTES] < size)
			take_version((const char *)info + BUILDINFO_BYTES + 1,
				     info[BUILDINFO_BYTES], version, bytes);
	} else if (size >= POINTER_AT + sizeof(at)) {
		memcpy(&at, info + POINTER_AT, sizeof(at));
		if (image_at(image, at, header, sizeof(header)) && header[1] <= sizeof(text) &&
		    image_at(image, header[0], text, (size_t)header[1]))
			take_version(text, (size_t)header[1], version, bytes);
	}
}

static const uint8_t *find_info(const struct image_part *part)
{
	return part->size ? memmem(part->bytes, part->size, BUILDINFO, sizeof(BUILDINFO) - 1) : NULL;
}

bool go_version(struct image *image, char *version, size_t bytes)
{
	struct image_part part;
	const uint8_t *info = NULL;

	*version = 0;
	if (image_section(image, ".go.buildinfo", IMAGE_PART_MAX, &part))
		info = find_info(&part);
	/* With sections, one that only mentions the words is no Go program. */
	for (size_t i = 0; !info && !image_has_sections(image) && image_segment(image, i, &part); i++)
		info = find_info(&part);
	if (info)
		version_of(image, info, (size_t)(part.bytes + part.size - info), version, bytes);
	return info || image_section(image, ".gopclntab", IMAGE_PART_MAX, &part); /* before 1.13 */
}

struct place {
	uint64_t at, to;
	bool found;
};

static bool is_at(void *arg, uint64_t at, uint64_t to)
{
	struct place *p = arg;

	p->found = at == p->at;
	if (p->found)
		p->to = to;
	return !p->found;
}

static bool leads_to(void *arg, uint64_t at, uint64_t to)
{
	struct place *p = arg;

	p->found = to == p->to;
	if (p->found)
		p->at = at;
	return !p->found;
}

/* The pointer at an address: as the dynamic linker will fill it in, or as it stands. */
static uint64_t pointer_at(struct image *image, uint64_t address)
{
	struct place p = { .at = address };
	uint64_t value = 0;

	image_pointers(image, is_at, &p);
	if (p.found)
		return p.to;
	return image_at(image, address, &value, sizeof(value)) ? value : 0;
}

static uint64_t text_of_module(struct image *image, uint64_t module)
{
	uint64_t text = pointer_at(image, module + MODULE_TEXT_AT);

	return image_offset(image, text) ? text : 0;
}

/* By the module's data, which begins with the address of the table. */
static uint64_t text_by_module(struct image *image, uint64_t table)
{
	struct place p = { .to = table };
	struct image_part part;

	image_pointers(image, leads_to, &p);
	if (p.found)
		return text_of_module(image, p.at);
	for (size_t i = 0; image_segment(image, i, &part); i++)
		for (size_t at = 0; at + sizeof(table) <= part.size; at += sizeof(table)) {
			uint64_t text = memcmp(part.bytes + at, &table, sizeof(table)) ? 0 :
					text_of_module(image, part.address + at);

			if (text)
				return text;
		}
	return 0;
}

/* Since 1.26 the header does not tell; in what another linker made, the linker's table does. */
static uint64_t text_of(struct image *image, const struct pclntab *t, uint64_t table)
{
	uint64_t text = t->text;

	if (t->since < 18)
		return 0;
	if (!text)
		text = pointer_at(image, table + PCLNTAB_TEXT_AT);
	return text ? text : text_by_module(image, table);
}

static bool open_in(const struct image_part *part, struct pclntab *t, uint64_t *address)
{
	int64_t at = part->size ? pclntab_find(part->bytes, part->size) : -1;

	if (at < 0)
		return false;
	*address = part->address + (uint64_t)at;
	return pclntab_open(t, part->bytes + at, part->size - (size_t)at);
}

int go_functions(struct image *image,
		 void (*found)(void *arg, const char *name, uint64_t address, uint64_t bytes),
		 void *arg)
{
	static const char *const sections[] = { ".gopclntab", ".data.rel.ro.gopclntab",
						".data.rel.ro" };
	struct image_part part;
	struct pclntab t = { 0 };
	uint64_t address = 0;

	for (size_t i = 0; !t.count && i < sizeof(sections) / sizeof(*sections); i++)
		if (image_section(image, sections[i], IMAGE_PART_MAX, &part) && !open_in(&part, &t, &address))
			t.count = 0;
	for (size_t i = 0; !t.count && image_segment(image, i, &part); i++)
		if (!open_in(&part, &t, &address))
			t.count = 0;
	if (!t.count)
		return 0;
	pclntab_functions(&t, text_of(image, &t, address), found, arg);
	return t.since;
}
