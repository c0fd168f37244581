/* SPDX-License-Identifier: GPL-2.0-only */
/* cgroup.h - cgroup2: its mount, paths by ID, and what a path tells. */
#ifndef TT_UTIL_CGROUP_H
#define TT_UTIL_CGROUP_H

#include <stddef.h>
#include <stdint.h>

/* A descriptor of the root of cgroup2 that the caller closes, or -1. */
int cgroup_root(void);

/*
 * The path of a cgroup below the root, as bpf_get_current_cgroup_id() names it
 * (name_to_handle_at(2): a kernfs handle is that ID). 0, or -errno; the path
 * is "" then. A cgroup that is gone has none.
 */
int cgroup_path(int root_fd, uint64_t id, char *path, size_t size);

/* The ID of the cgroup at an absolute path or one below the root; 0: none. */
uint64_t cgroup_id(int root_fd, const char *path);

/*
 * The container and the systemd unit that a cgroup path speaks of, as docker,
 * containerd, CRI-O, podman, LXC and systemd-nspawn name theirs. Return the
 * runtime's name (static; "" when the path does not tell) and fill `id`; NULL
 * outside containers.
 */
const char *cgroup_container(const char *path, char *id, size_t size);
/* The innermost *.service of the path; "" if none. */
void cgroup_service(const char *path, char *unit, size_t size);

#endif /* TT_UTIL_CGROUP_H */
