/* SPDX-License-Identifier: GPL-2.0-only */
/* image.h - the functions of an ELF program or library, by libelf; the file may lie. */
#ifndef TT_PROBE_IMAGE_H
#define TT_PROBE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct image;

/*
 * Read the ELF file behind `fd`, which stays the caller's and open. NULL with a
 * static phrase in *why: not ELF, another machine's, headers that lie.
 */
struct image *image_open(int fd, const char **why);
/* The same of bytes in memory, which must outlive it. */
struct image *image_of_memory(void *bytes, size_t size, const char **why);
/*
 * Every function that the file defines, of .dynsym and then .symtab; both can name the
 * same one. `offset` is in the file. The name lasts for the call.
 */
void image_functions(struct image *image,
		     void (*found)(void *arg, const char *name, uint64_t offset, uint64_t bytes),
		     void *arg);
/*
 * The stubs through which the file calls functions of other files (the procedure linkage
 * table, in whichever of its forms), with their offsets in the file. x86 only.
 */
void image_stubs(struct image *image,
		 void (*found)(void *arg, const char *name, uint64_t offset), void *arg);
/* Where in the file the code of an address is; 0: it is not code of this file. */
uint64_t image_offset(const struct image *image, uint64_t address);

/* Bytes of the file and the address that they are loaded to. They last as the image does. */
struct image_part {
	const uint8_t *bytes;
	size_t size;
	uint64_t address;
};
#define IMAGE_PART_MAX (512u << 20) /* more is not read */
bool image_has_sections(const struct image *image);
/* False: there is no such section, or it has more than `most` bytes. */
bool image_section(struct image *image, const char *name, size_t most, struct image_part *part);
/* Copy bytes from where the file is loaded to. False: not all of them come from the file. */
bool image_at(struct image *image, uint64_t address, void *to, size_t bytes);
/* Loaded segments by number from 0. False: no more; one that cannot be read has size 0. */
bool image_segment(struct image *image, size_t number, struct image_part *part);
/*
 * Each pointer that the dynamic linker fills in by the load address alone: where it is,
 * and what it points to. `look` returns false to stop.
 */
void image_pointers(struct image *image, bool (*look)(void *arg, uint64_t at, uint64_t to),
		    void *arg);
/* Copy up to `bytes` bytes at a file offset. How many there were. */
size_t image_read(struct image *image, uint64_t offset, void *to, size_t bytes);
/*
 * The first text in .rodata that begins with `lead` and a digit: "3.0.19" of "OpenSSL
 * 3.0.19 27 Jan 2026" with lead "OpenSSL ". False when there is none.
 */
bool image_version(struct image *image, const char *lead, char *version, size_t bytes);
void image_close(struct image *image);

#endif /* TT_PROBE_IMAGE_H */
