/* SPDX-License-Identifier: GPL-2.0-only */
/* NSS's table of methods, as compilers write the code that fills it: this program is the file that is read. */
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#include "probe/layer.h"
#include "tap.h"

#if defined(__x86_64__)

/* What PR_GetDefaultIOMethods() is in each case, so that each is found by its own call. */
#define METHODS(name) \
	"	.globl methods_" name "\n	.type methods_" name ", @function\nmethods_" name ":\n	ret\n"
#define CALL(name) "	call methods_" name "\n"
#define LAYERED(name) "	movl $4, table_" name "(%rip)\n"

__asm__(
	"	.bss\n	.balign 16\n"
	"table_single:	.zero 288\ntable_pairs:	.zero 288\ntable_memory:	.zero 288\n"
	"table_few:	.zero 288\ntable_strange:	.zero 288\n"
	"	.section .data.rel.ro, \"aw\"\n	.balign 16\n"
	"pointers:	.quad f_close, f_read\n"
	"	.text\n"
	METHODS("single") METHODS("pairs") METHODS("memory") METHODS("few") METHODS("strange")
	"	.type nothing, @function\nnothing:	ret\n"
	/* One after the other, behind a call that copies (clang; gcc 10 without the call). */
	CALL("single")
	"	lea table_single(%rip), %rdi\n"
	"	call nothing\n"
	LAYERED("single")
	"	lea f_close(%rip), %rax\n	mov %rax, table_single+8(%rip)\n"
	"	lea f_read(%rip), %rax\n	mov %rax, table_single+16(%rip)\n"
	"	lea f_write(%rip), %rax\n	mov %rax, table_single+24(%rip)\n"
	"	lea f_recv(%rip), %rax\n	mov %rax, table_single+136(%rip)\n"
	"	lea f_send(%rip), %rax\n	mov %rax, table_single+144(%rip)\n"
	"	ret\n"
	/* Two at a time (gcc 12). */
	CALL("pairs")
	"	lea f_close(%rip), %rdx\n	lea f_read(%rip), %rax\n"
	"	movq %rdx, %xmm1\n	movq %rax, %xmm2\n"
	"	lea f_write(%rip), %rdx\n	xor %ecx, %ecx\n"
	"	punpcklqdq %xmm2, %xmm1\n"
	"	movups %xmm1, table_pairs+8(%rip)\n"
	"	movq %rdx, %xmm1\n	movq %rcx, %xmm3\n	punpcklqdq %xmm3, %xmm1\n"
	"	movups %xmm1, table_pairs+24(%rip)\n"
	LAYERED("pairs")
	"	lea f_recv(%rip), %rsi\n	movq %rsi, %xmm0\n"
	"	lea f_send(%rip), %rax\n	pinsrq $1, %rax, %xmm0\n"
	"	movups %xmm0, table_pairs+136(%rip)\n"
	"	ret\n"
	/* Out of constants (gcc 14, clang). */
	CALL("memory")
	"	movdqa pointers(%rip), %xmm0\n"
	"	movups %xmm0, table_memory+8(%rip)\n"
	"	lea f_write(%rip), %rax\n	mov %rax, table_memory+24(%rip)\n"
	LAYERED("memory")
	"	lea f_recv(%rip), %rax\n	movq %rax, %xmm5\n"
	"	lea f_send(%rip), %rax\n	movq %rax, %xmm6\n	punpcklqdq %xmm6, %xmm5\n"
	"	movaps %xmm5, %xmm7\n	movups %xmm7, table_memory+136(%rip)\n"
	"	ret\n"
	/* The last one is missing. */
	CALL("few")
	LAYERED("few")
	"	lea f_close(%rip), %rax\n	mov %rax, table_few+8(%rip)\n"
	"	lea f_read(%rip), %rax\n	mov %rax, table_few+16(%rip)\n"
	"	lea f_write(%rip), %rax\n	mov %rax, table_few+24(%rip)\n"
	"	lea f_recv(%rip), %rax\n	mov %rax, table_few+136(%rip)\n"
	"	ret\n"
	/* One comes in a way that is not followed. */
	CALL("strange")
	LAYERED("strange")
	"	lea f_close(%rip), %rax\n	mov %rax, table_strange+8(%rip)\n"
	"	lea f_read(%rip), %rax\n	mov %rax, table_strange+16(%rip)\n"
	"	lea f_write(%rip), %rax\n	mov %rax, table_strange+24(%rip)\n"
	"	lea f_recv(%rip), %rax\n	add $16, %rax\n	mov %rax, table_strange+136(%rip)\n"
	"	lea f_send(%rip), %rax\n	mov %rax, table_strange+144(%rip)\n"
	"	ret\n"
	"	.type f_close, @function\nf_close:	ret\n	.type f_read, @function\nf_read:	ret\n"
	"	.type f_write, @function\nf_write:	ret\n	.type f_recv, @function\nf_recv:	ret\n"
	"	.type f_send, @function\nf_send:	ret\n");

static void check(bool good, const char *name, const char *what)
{
	char text[128];

	snprintf(text, sizeof(text), "%s: %s", name, what);
	ok(good, text);
}

struct wanted {
	const char *name;
	uint64_t offset;
};

static void found(void *arg, const char *name, uint64_t offset, uint64_t bytes)
{
	struct wanted *w = arg;

	(void)bytes;
	if (!strcmp(name, w->name))
		w->offset = offset;
}

static uint64_t offset_of(struct image *image, const char *name)
{
	struct wanted w = { .name = name };

	image_functions(image, found, &w);
	if (!w.offset)
		check(false, name, "it is in this program");
	return w.offset;
}

static void is_read(struct image *image, const char *methods)
{
	struct layer layer = { 0 };

	check(layer_read(&layer, image, offset_of(image, methods)), methods, "the table is read");
	check(layer.close == offset_of(image, "f_close") && layer.read == offset_of(image, "f_read") &&
	   layer.write == offset_of(image, "f_write") && layer.receive == offset_of(image, "f_recv") &&
	   layer.send == offset_of(image, "f_send"), methods, "each in its place");
}

static void is_not_read(struct image *image, const char *methods)
{
	struct layer layer = { .read = 1 };

	check(!layer_read(&layer, image, offset_of(image, methods)) && layer.read == 1 && !layer.send,
	      methods, "nothing is guessed");
}

int main(void)
{
	const char *why;
	struct image *image = image_open(open("/proc/self/exe", O_RDONLY | O_CLOEXEC), &why);
	struct layer layer;

	ok(image != NULL, "this program can be read");
	is_read(image, "methods_single");
	is_read(image, "methods_pairs");
	is_read(image, "methods_memory");
	is_not_read(image, "methods_few");
	is_not_read(image, "methods_strange");
	ok(!layer_read(&layer, image, 0), "without NSPR there is no table");
	image_close(image);
	return failed;
}

#else

int main(void)
{
	ok(1, "NSS's functions are looked for on x86-64 only # SKIP");
	return failed;
}

#endif
