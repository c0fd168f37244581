/* SPDX-License-Identifier: GPL-2.0-only */
/* image_parts.c - sections, segments and load-time pointers of an image. */
#include <string.h>

#include "probe/image_state.h"

#if defined(__x86_64__)
#define RELATIVE R_X86_64_RELATIVE
#else
#define RELATIVE R_AARCH64_RELATIVE
#endif

static Elf_Scn *section_named(struct image *m, const char *name, GElf_Shdr *header)
{
	size_t names;

	if (elf_getshdrstrndx(m->file, &names))
		return NULL;
	for (Elf_Scn *s = elf_nextscn(m->file, NULL); s; s = elf_nextscn(m->file, s)) {
		const char *found;

		if (!gelf_getshdr(s, header) || header->sh_type != SHT_PROGBITS)
			continue;
		found = elf_strptr(m->file, names, header->sh_name);
		if (found && !strcmp(found, name))
			return s;
	}
	return NULL;
}

bool image_has_sections(const struct image *m)
{
	size_t count;

	return !elf_getshdrnum(m->file, &count) && count;
}

bool image_section(struct image *m, const char *name, size_t most, struct image_part *part)
{
	GElf_Shdr header;
	Elf_Scn *s = section_named(m, name, &header);
	Elf_Data *data = s && header.sh_size <= most ? elf_rawdata(s, NULL) : NULL;

	if (!data || !data->d_buf)
		return false;
	*part = (struct image_part){ data->d_buf, data->d_size, header.sh_addr };
	return true;
}

bool image_at(struct image *m, uint64_t address, void *to, size_t bytes)
{
	for (size_t i = 0; i < m->segment_count; i++) {
		const GElf_Phdr *s = &m->segment[i];

		if (address >= s->p_vaddr && address - s->p_vaddr < s->p_filesz &&
		    s->p_filesz - (address - s->p_vaddr) >= bytes)
			return image_read(m, address - s->p_vaddr + s->p_offset, to, bytes) == bytes;
	}
	return false;
}

bool image_segment(struct image *m, size_t number, struct image_part *part)
{
	const GElf_Phdr *s;
	Elf_Data *data;

	if (number >= m->segment_count)
		return false;
	s = &m->segment[number];
	*part = (struct image_part){ .address = s->p_vaddr };
	if (s->p_offset >= m->bytes || s->p_filesz > m->bytes - s->p_offset ||
	    s->p_filesz > IMAGE_PART_MAX || !s->p_filesz)
		return true;
	data = elf_getdata_rawchunk(m->file, (int64_t)s->p_offset, s->p_filesz, ELF_T_BYTE);
	if (data && data->d_buf) {
		part->bytes = data->d_buf;
		part->size = data->d_size;
	}
	return true;
}

void image_pointers(struct image *m, bool (*look)(void *arg, uint64_t at, uint64_t to), void *arg)
{
	for (Elf_Scn *s = elf_nextscn(m->file, NULL); s; s = elf_nextscn(m->file, s)) {
		GElf_Shdr header;
		Elf_Data *data;
		GElf_Rela r;

		if (!gelf_getshdr(s, &header) || header.sh_type != SHT_RELA ||
		    header.sh_size > IMAGE_PART_MAX)
			continue;
		data = elf_getdata(s, NULL);
		for (int i = 0; data && gelf_getrela(data, i, &r); i++)
			if (GELF_R_TYPE(r.r_info) == RELATIVE &&
			    !look(arg, r.r_offset, (uint64_t)r.r_addend))
				return;
	}
}
