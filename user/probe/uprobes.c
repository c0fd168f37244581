/* SPDX-License-Identifier: GPL-2.0-only */
#include "probe/uprobes.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

bool uprobes_multi(const struct btf *kernel)
{
	int id = btf__find_by_name_kind(kernel, "bpf_attach_type", BTF_KIND_ENUM);
	const struct btf_type *type = id > 0 ? btf__type_by_id(kernel, (uint32_t)id) : NULL;

	for (int i = 0; type && i < btf_vlen(type); i++)
		if (!strcmp(btf__name_by_offset(kernel, btf_enum(type)[i].name_off),
			    "BPF_TRACE_UPROBE_MULTI"))
			return true;
	return false;
}

bool uprobes_may_sleep(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, map_options, .map_flags = BPF_F_NO_PREALLOC);
	LIBBPF_OPTS(bpf_prog_load_opts, options, .prog_flags = BPF_F_SLEEPABLE);
	int map = bpf_map_create(BPF_MAP_TYPE_HASH, NULL, sizeof(int), sizeof(int), 1, &map_options);
	struct bpf_insn use_map_and_return_0[] = {
		{ .code = BPF_LD | BPF_DW | BPF_IMM, .src_reg = BPF_PSEUDO_MAP_FD, .imm = map }, {},
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K }, { .code = BPF_JMP | BPF_EXIT },
	};
	int program = -1;

	if (map >= 0) {
		program = bpf_prog_load(BPF_PROG_TYPE_KPROBE, NULL, "GPL", use_map_and_return_0,
					sizeof(use_map_and_return_0) / sizeof(struct bpf_insn),
					&options);
		close(map);
	}
	if (program >= 0)
		close(program);
	return program >= 0;
}

/* BPF_LINK_CREATE's part of union bpf_attr for UPROBE_MULTI: newer than our headers. */
struct link_create {
	uint32_t program_fd, target_fd, attach_type, flags;
	uint64_t path, offsets, ref_counters, cookies;
	uint32_t count, multi_flags, pid, pad;
};

static int attach_multi(struct uprobes *to, const char *path, const uint64_t *offsets,
			const uint64_t *cookies, size_t count)
{
	struct link_create attr = { .program_fd = (uint32_t)bpf_program__fd(to->program),
				    .attach_type = UPROBE_MULTI, .path = (uintptr_t)path,
				    .offsets = (uintptr_t)offsets, .cookies = (uintptr_t)cookies,
				    .count = (uint32_t)count };
	long fd = syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));

	if (fd < 0)
		return -errno;
	to->fd[to->count++] = (int)fd;
	return 0;
}

static int attach_each(struct uprobes *to, const char *path, const uint64_t *offsets,
		       const uint64_t *cookies, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		LIBBPF_OPTS(bpf_uprobe_opts, options, .bpf_cookie = cookies[i]);
		struct bpf_link *link = bpf_program__attach_uprobe_opts(to->program, -1, path,
									offsets[i], &options);
		long err = libbpf_get_error(link);

		if (err) {
			uprobes_detach(to);
			return (int)err;
		}
		to->link[to->count++] = link;
	}
	return 0;
}

int uprobes_attach(struct uprobes *to, struct bpf_program *program, bool multi, int fd,
		   const uint64_t *offsets, const uint64_t *cookies, size_t count)
{
	char path[32];

	/* The inode itself, whatever its name leads to by now. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	to->program = program;
	to->multi = multi;
	to->count = 0;
	if (count > UPROBES_MAX)
		return -E2BIG;
	return multi ? attach_multi(to, path, offsets, cookies, count)
		     : attach_each(to, path, offsets, cookies, count);
}

void uprobes_detach(struct uprobes *from)
{
	while (from->count) {
		from->count--;
		if (from->multi)
			close(from->fd[from->count]);
		else
			bpf_link__destroy(from->link[from->count]);
	}
}

#define DETACHERS 32

struct detaching {
	struct uprobes *const *from;
	size_t count, next;
};

static void *detach_some(void *arg)
{
	struct detaching *d = arg;
	size_t i;

	while ((i = __atomic_fetch_add(&d->next, 1, __ATOMIC_RELAXED)) < d->count)
		uprobes_detach(d->from[i]);
	return NULL;
}

void uprobes_detach_all(struct uprobes *const *from, size_t count)
{
	struct detaching d = { .from = from, .count = count };
	pthread_t thread[DETACHERS];
	size_t threads = 0;

	while (threads < DETACHERS && threads < count &&
	       !pthread_create(&thread[threads], NULL, detach_some, &d))
		threads++;
	detach_some(&d); /* whatever threads there are */
	while (threads)
		pthread_join(thread[--threads], NULL);
}
