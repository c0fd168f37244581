/* SPDX-License-Identifier: GPL-2.0-only */
/* uprobes.h - one BPF program on many places of one file. */
#ifndef TT_PROBE_UPROBES_H
#define TT_PROBE_UPROBES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bpf_program;

#define UPROBES_MAX 128 /* places in one file */
#define UPROBE_MULTI 48 /* BPF_TRACE_UPROBE_MULTI of enum bpf_attach_type, kernel 6.6 */

struct uprobes {
	struct bpf_program *program;
	bool multi; /* the program was loaded for UPROBE_MULTI */
	int fd[UPROBES_MAX]; /* links, or perf events */
	struct bpf_link *link[UPROBES_MAX];
	size_t count;
};

struct btf;
bool uprobes_multi(const struct btf *kernel); /* the kernel has UPROBE_MULTI */
/*
 * A uprobe's program may be BPF_F_SLEEPABLE and use hash tables that are not preallocated:
 * kernel 6.1. Found out by loading one, as root.
 */
bool uprobes_may_sleep(void);
/*
 * Attach `program` to `count` offsets of the file behind `fd` (which may be closed
 * afterwards), for every process, with a cookie each. 0, or -errno with nothing attached.
 */
int uprobes_attach(struct uprobes *to, struct bpf_program *program, bool multi, int fd,
		   const uint64_t *offsets, const uint64_t *cookies, size_t count);
void uprobes_detach(struct uprobes *from);
/*
 * All of them, with several threads: the kernel waits for every processor twice for each link,
 * and waits that are begun together end together.
 */
void uprobes_detach_all(struct uprobes *const *from, size_t count);

#endif /* TT_PROBE_UPROBES_H */
