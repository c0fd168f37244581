/* SPDX-License-Identifier: GPL-2.0-only */
/* image_stubs.c - the procedure linkage table: which stub leads to which function. */
#include <stdlib.h>
#include <string.h>

#include "probe/image_state.h"

#define SLOTS_MAX 65536
#define STUB_BYTES 8 /* they begin at a multiple of it */

#if defined(__x86_64__)

/* Where the address of a function of another file is kept. */
struct slot {
	uint64_t address;
	const char *name;
};

struct slots {
	struct slot *slot;
	size_t count;
};

static int by_address(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

static void read_relocations(struct image *m, Elf_Scn *section, const GElf_Shdr *header,
			     struct slots *to)
{
	Elf_Data *data = elf_getdata(section, NULL), *symbols;
	size_t count = data && header->sh_entsize ? data->d_size / sizeof(Elf64_Rela) : 0;
	Elf_Scn *table = elf_getscn(m->file, header->sh_link);
	GElf_Shdr names;

	if (!table || !gelf_getshdr(table, &names) || !(symbols = elf_getdata(table, NULL)))
		return;
	for (size_t i = 0; i < count && to->count < SLOTS_MAX; i++) {
		GElf_Rela entry;
		GElf_Sym symbol;
		const char *name;

		if (!gelf_getrela(data, (int)i, &entry) ||
		    (GELF_R_TYPE(entry.r_info) != R_X86_64_JUMP_SLOT &&
		     GELF_R_TYPE(entry.r_info) != R_X86_64_GLOB_DAT) ||
		    !gelf_getsym(symbols, (int)GELF_R_SYM(entry.r_info), &symbol))
			continue;
		name = elf_strptr(m->file, names.sh_link, symbol.st_name);
		if (name)
			to->slot[to->count++] = (struct slot){ entry.r_offset, name };
	}
}

/* The address of the slot that `stub` jumps through; 0: it is no stub. */
static uint64_t slot_of(const uint8_t *stub, size_t bytes, uint64_t address)
{
	static const uint8_t landing[] = { 0xf3, 0x0f, 0x1e, 0xfa }; /* endbr64 */
	size_t at = bytes >= 4 && !memcmp(stub, landing, 4) ? 4 : 0;
	int32_t distance;

	at += at < bytes && stub[at] == 0xf2; /* bnd */
	if (at + 6 > bytes || stub[at] != 0xff || stub[at + 1] != 0x25)
		return 0; /* jmp *distance(%rip) */
	memcpy(&distance, stub + at + 2, sizeof(distance));
	return address + at + 6 + (uint64_t)(int64_t)distance;
}

static void read_stubs(Elf_Scn *section, const GElf_Shdr *header, const struct slots *slots,
		       void (*found)(void *arg, const char *name, uint64_t offset), void *arg)
{
	Elf_Data *data = elf_rawdata(section, NULL);

	for (size_t at = 0; data && data->d_buf && at < data->d_size; at += STUB_BYTES) {
		struct slot key = { .address = slot_of((const uint8_t *)data->d_buf + at,
						       data->d_size - at, header->sh_addr + at) };
		const struct slot *slot = key.address ? bsearch(&key, slots->slot, slots->count,
								sizeof(key), by_address) :
							NULL;

		if (slot)
			found(arg, slot->name, header->sh_offset + at);
	}
}

void image_stubs(struct image *m, void (*found)(void *arg, const char *name, uint64_t offset),
		 void *arg)
{
	struct slots slots = { .slot = calloc(SLOTS_MAX, sizeof(*slots.slot)) };
	GElf_Shdr header;
	size_t names;

	if (!slots.slot || elf_getshdrstrndx(m->file, &names)) {
		free(slots.slot);
		return;
	}
	for (Elf_Scn *s = elf_nextscn(m->file, NULL); s; s = elf_nextscn(m->file, s))
		if (gelf_getshdr(s, &header) && header.sh_type == SHT_RELA)
			read_relocations(m, s, &header, &slots);
	qsort(slots.slot, slots.count, sizeof(*slots.slot), by_address);
	for (Elf_Scn *s = elf_nextscn(m->file, NULL); s; s = elf_nextscn(m->file, s)) {
		const char *name = gelf_getshdr(s, &header) ?
					   elf_strptr(m->file, names, header.sh_name) : NULL;

		if (name && header.sh_type == SHT_PROGBITS && !strncmp(name, ".plt", 4))
			read_stubs(s, &header, &slots, found, arg);
	}
	free(slots.slot);
}

#else

void image_stubs(struct image *m, void (*found)(void *arg, const char *name, uint64_t offset),
		 void *arg)
{
	(void)m, (void)found, (void)arg;
}

#endif
