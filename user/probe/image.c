/* SPDX-License-Identifier: GPL-2.0-only */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "probe/image_state.h"

#define SYMBOLS_MAX 4000000
#define TEXT_MAX (64u << 20) /* a read-only section beyond that is not searched */

#if defined(__x86_64__)
#define MACHINE EM_X86_64
#elif defined(__aarch64__)
#define MACHINE EM_AARCH64
#else
#error "no probes on this machine"
#endif

static const char *read_headers(struct image *m)
{
	GElf_Ehdr header;
	size_t count;

	if (elf_kind(m->file) != ELF_K_ELF || !gelf_getehdr(m->file, &header))
		return "not an ELF file";
	if (header.e_machine != MACHINE || header.e_ident[EI_CLASS] != ELFCLASS64)
		return "made for another machine";
	if (elf_getphdrnum(m->file, &count))
		return "its program headers cannot be read";
	for (size_t i = 0; i < count && m->segment_count < SEGMENTS_MAX; i++) {
		GElf_Phdr *segment = &m->segment[m->segment_count];

		if (!gelf_getphdr(m->file, (int)i, segment))
			return "its program headers cannot be read";
		m->segment_count += segment->p_type == PT_LOAD;
	}
	return NULL;
}

static struct image *open_file(Elf *file, uint64_t bytes, const char **why)
{
	struct image *m = file ? calloc(1, sizeof(*m)) : NULL;

	*why = file ? "out of memory" : "not an ELF file";
	if (m) {
		m->file = file;
		m->bytes = bytes;
		*why = read_headers(m);
		if (!*why)
			return m;
	}
	free(m);
	elf_end(file);
	return NULL;
}

/* Not mapped: a file that is cut short while it is read must not kill the tracer. */
struct image *image_open(int fd, const char **why)
{
	struct stat info;

	elf_version(EV_CURRENT);
	*why = "it cannot be read";
	if (fstat(fd, &info))
		return NULL;
	return open_file(elf_begin(fd, ELF_C_READ, NULL), (uint64_t)info.st_size, why);
}

struct image *image_of_memory(void *bytes, size_t size, const char **why)
{
	elf_version(EV_CURRENT);
	return open_file(elf_memory(bytes, size), size, why);
}

uint64_t image_offset(const struct image *m, uint64_t address)
{
	for (size_t i = 0; i < m->segment_count; i++) {
		const GElf_Phdr *s = &m->segment[i];

		if (s->p_flags & PF_X && address >= s->p_vaddr &&
		    address - s->p_vaddr < s->p_filesz)
			return address - s->p_vaddr + s->p_offset;
	}
	return 0;
}

static void read_table(struct image *m, Elf_Scn *section, const GElf_Shdr *header,
		       void (*found)(void *arg, const char *name, uint64_t offset, uint64_t bytes),
		       void *arg)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t count = data && header->sh_entsize ? data->d_size / sizeof(Elf64_Sym) : 0;
	GElf_Sym symbol;

	for (size_t i = 0; i < count && i < SYMBOLS_MAX; i++) {
		const char *name;
		uint64_t offset;

		if (!gelf_getsym(data, (int)i, &symbol) || symbol.st_shndx == SHN_UNDEF ||
		    GELF_ST_TYPE(symbol.st_info) != STT_FUNC)
			continue;
		name = elf_strptr(m->file, header->sh_link, symbol.st_name);
		offset = image_offset(m, symbol.st_value);
		if (name && offset)
			found(arg, name, offset, symbol.st_size);
	}
}

void image_functions(struct image *m,
		     void (*found)(void *arg, const char *name, uint64_t offset, uint64_t bytes),
		     void *arg)
{
	static const uint32_t tables[] = { SHT_DYNSYM, SHT_SYMTAB };

	for (size_t i = 0; i < 2; i++)
		for (Elf_Scn *s = elf_nextscn(m->file, NULL); s; s = elf_nextscn(m->file, s)) {
			GElf_Shdr header;

			if (gelf_getshdr(s, &header) && header.sh_type == tables[i])
				read_table(m, s, &header, found, arg);
		}
}

size_t image_read(struct image *m, uint64_t offset, void *to, size_t bytes)
{
	Elf_Data *data;

	/* Not by elf_rawfile(): after it libelf forgets to free what sections hold. */
	if (offset >= m->bytes)
		return 0;
	if (bytes > m->bytes - offset)
		bytes = (size_t)(m->bytes - offset);
	data = elf_getdata_rawchunk(m->file, (int64_t)offset, bytes, ELF_T_BYTE);
	if (!data || !data->d_buf)
		return 0;
	memcpy(to, data->d_buf, bytes);
	return bytes;
}

/* DIGITS.DIGITS.DIGITS and what is stuck to it; "3.0" alone is a sentence's. */
static bool is_version(const char *at, const char *end, char *version, size_t bytes)
{
	size_t used = 0, dots = 0;

	if (at == end || !isdigit((unsigned char)*at))
		return false;
	while (at < end && used + 1 < bytes && isgraph((unsigned char)*at)) {
		dots += *at == '.';
		version[used++] = *at++;
	}
	version[used] = 0;
	return dots == 2 && isdigit((unsigned char)strrchr(version, '.')[1]);
}

static bool version_in(const char *text, size_t size, const char *lead, char *version,
		       size_t bytes)
{
	size_t length = strlen(lead);
	const char *at = text, *end = text + size;

	while ((at = memmem(at, (size_t)(end - at), lead, length))) {
		at += length;
		if (is_version(at, end, version, bytes))
			return true;
	}
	*version = 0;
	return false;
}

bool image_version(struct image *m, const char *lead, char *version, size_t bytes)
{
	struct image_part part;

	return image_section(m, ".rodata", TEXT_MAX, &part) &&
	       version_in((const char *)part.bytes, part.size, lead, version, bytes);
}

void image_close(struct image *m)
{
	elf_end(m->file);
	free(m);
}
