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
/* Copy up to `bytes` bytes at a file offset. How many there were. */
size_t image_read(struct image *image, uint64_t offset, void *to, size_t bytes);
/*
 * The first text in .rodata that begins with `lead` and a digit: "3.0.19" of "OpenSSL
 * 3.0.19 27 Jan 2026" with lead "OpenSSL ". False when there is none.
 */
bool image_version(struct image *image, const char *lead, char *version, size_t bytes);
void image_close(struct image *image);

#endif /* TT_PROBE_IMAGE_H */
