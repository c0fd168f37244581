/* SPDX-License-Identifier: GPL-2.0-only */
/* No probe is a return probe: such a one kills Go programs. What is asked of the kernel is looked at. */
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <string.h>
#include <sys/syscall.h>

#include "probe/uprobes.h"
#include "tap.h"

#define PLACES 3
#define MULTI_COUNT 12 /* 32-bit words of union bpf_attr's link_create.uprobe_multi (uapi/linux/bpf.h, 6.6) */
#define MULTI_FLAGS 13

static int links, wrong, destroyed;

/* In place of libc's: nothing of this reaches the kernel. */
long syscall(long number, ...)
{
	const uint32_t *attr;
	va_list arguments;
	int command;

	va_start(arguments, number);
	command = va_arg(arguments, int);
	attr = va_arg(arguments, const void *);
	va_end(arguments);
	if (number != SYS_bpf || command != BPF_LINK_CREATE)
		return -1;
	links++;
	wrong += attr[2] != UPROBE_MULTI || attr[MULTI_COUNT] != PLACES || attr[MULTI_FLAGS];
	return 1000;
}

int bpf_program__fd(const struct bpf_program *program)
{
	(void)program;
	return 3;
}

struct bpf_link *bpf_program__attach_uprobe_opts(const struct bpf_program *program, pid_t pid,
						 const char *path, size_t offset,
						 const struct bpf_uprobe_opts *options)
{
	(void)program, (void)pid, (void)path, (void)offset;
	links++;
	wrong += options->retprobe;
	return (struct bpf_link *)&links;
}

int bpf_link__destroy(struct bpf_link *link)
{
	destroyed += link == (struct bpf_link *)&links;
	return 0;
}

int main(void)
{
	const uint64_t offsets[PLACES] = { 64, 128, 192 }, cookies[PLACES] = { 1, 2, 3 };
	struct uprobes probes;

	ok(!uprobes_attach(&probes, NULL, true, 0, offsets, cookies, PLACES) && links == 1 && !wrong,
	   "uprobe_multi: one link, no flag that makes it return probes");
	links = 0;
	ok(!uprobes_attach(&probes, NULL, false, 0, offsets, cookies, PLACES) && links == PLACES && !wrong,
	   "perf uprobes: no one is a return probe");
	uprobes_detach(&probes);
	ok(destroyed == PLACES, "and each is taken off again");
	return failed;
}
