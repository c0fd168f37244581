/* SPDX-License-Identifier: GPL-2.0-only */
#include "probe/price.h"

#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <unistd.h>

#include "probe/uprobes.h"
#include "tlstrace/library_event.h"
#include "util/clock.h"

#define GUESS_NS 2000
#define GUESS_STEPPED_NS 10000
#define CALLS 200
#define ROUNDS 5

/* One begins, like a good site in a library, with an instruction that the kernel emulates. */
__asm__(".text\n"
	".globl tt_price_target, tt_price_stepped\n"
	".hidden tt_price_target, tt_price_stepped\n"
	".type tt_price_target, %function\n"
	".type tt_price_stepped, %function\n"
	"tt_price_target:\n"
	"	nop\n"
	"tt_price_stepped:\n"
	"	ret\n"
	".size tt_price_target, . - tt_price_target\n"
	".size tt_price_stepped, . - tt_price_stepped\n");
void tt_price_target(void *object);
void tt_price_stepped(void *object);

struct wanted {
	uintptr_t address;
	uint64_t offset;
};

/* Where in our own file a function is. */
static int find(struct dl_phdr_info *info, size_t bytes, void *arg)
{
	struct wanted *wanted = arg;
	uintptr_t at = wanted->address - info->dlpi_addr;

	(void)bytes;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];

		if (p->p_type == PT_LOAD && at >= p->p_vaddr && at - p->p_vaddr < p->p_filesz)
			wanted->offset = at - p->p_vaddr + p->p_offset;
	}
	return 1; /* the program itself comes first */
}

static int64_t round_ns(void (*target)(void *object))
{
	int64_t begin_ns = clock_ns(CLOCK_MONOTONIC);

	for (int i = 0; i < CALLS; i++)
		target(NULL);
	return (clock_ns(CLOCK_MONOTONIC) - begin_ns) / CALLS;
}

static uint64_t price_of(struct bpf_program *program, bool multi, void (*target)(void *object),
			 uint64_t guess_ns)
{
	struct tt_site site = { .kind = TT_SITE_CALL, .call = TT_CALL_READ, .file = TT_FILES_MAX };
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct wanted wanted = { .address = (uintptr_t)target };
	struct uprobes probes = { 0 };
	int64_t best_ns = INT64_MAX;
	uint64_t cookie;

	memcpy(&cookie, &site, sizeof(cookie));
	dl_iterate_phdr(find, &wanted);
	if (fd < 0 || !wanted.offset ||
	    uprobes_attach(&probes, program, multi, fd, &wanted.offset, &cookie, 1)) {
		close(fd);
		return guess_ns;
	}
	for (int i = 0; i < ROUNDS; i++) {
		int64_t ns = round_ns(target);

		if (ns < best_ns)
			best_ns = ns;
	}
	uprobes_detach(&probes);
	close(fd);
	return best_ns > 0 ? (uint64_t)best_ns : guess_ns;
}

struct price probe_price(struct bpf_program *program, bool multi)
{
	return (struct price){
		.emulated_ns = price_of(program, multi, tt_price_target, GUESS_NS),
		.stepped_ns = price_of(program, multi, tt_price_stepped, GUESS_STEPPED_NS),
	};
}
