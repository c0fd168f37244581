/* SPDX-License-Identifier: GPL-2.0-only */
/* Code that fills NSS's table of methods, and code that only looks like it; the call goes to its first byte. */
#include <elf.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probe/layer.h"

struct file {
	Elf64_Ehdr head;
	Elf64_Phdr code;
	uint8_t bytes[];
};

static struct file *made(const uint8_t *data, size_t size)
{
	struct file *f = calloc(1, sizeof(*f) + size);

	memcpy(f->head.e_ident, ELFMAG, SELFMAG);
	f->head.e_ident[EI_CLASS] = ELFCLASS64;
	f->head.e_ident[EI_DATA] = ELFDATA2LSB;
	f->head.e_ident[EI_VERSION] = f->head.e_version = EV_CURRENT;
	f->head.e_type = ET_DYN;
	f->head.e_machine = EM_X86_64;
	f->head.e_phoff = offsetof(struct file, code);
	f->head.e_ehsize = sizeof(f->head);
	f->head.e_phentsize = sizeof(f->code);
	f->head.e_phnum = 1;
	f->code = (Elf64_Phdr){ .p_type = PT_LOAD, .p_flags = PF_R | PF_X,
				.p_filesz = sizeof(*f) + size, .p_memsz = sizeof(*f) + size };
	memcpy(f->bytes, data, size);
	return f;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct file *f = made(data, size);
	struct layer layer;
	const char *why;
	struct image *image = image_of_memory(f, sizeof(*f) + size, &why);

	if (!image)
		abort();
	if (layer_read(&layer, image, sizeof(*f)) &&
	    (layer.close >= sizeof(*f) + size || layer.read >= sizeof(*f) + size || layer.write >= sizeof(*f) + size ||
	     layer.receive >= sizeof(*f) + size || layer.send >= sizeof(*f) + size || !layer.send))
		abort(); /* a function outside of the file */
	image_close(image);
	free(f);
	return 0;
}
