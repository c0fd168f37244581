/* SPDX-License-Identifier: GPL-2.0-only */
/* scope.h - the words of the scope options, resolved to what the kernel compares. */
#ifndef TT_CLI_SCOPE_H
#define TT_CLI_SCOPE_H

#include <stdbool.h>
#include <stdint.h>

/* Each returns false when the word names nothing on this host. */
bool scope_user(const char *name_or_uid, uint32_t *uid);
/* A name of ip-netns(8), a path, or a process ID: the namespace's inode number. */
bool scope_netns(const char *text, uint32_t *inode);
/* ADDRESS or ADDRESS/BITS, IPv4 as ::ffff:a.b.c.d; network order. */
bool scope_cidr(const char *text, uint64_t host[2], uint64_t mask[2]);
bool scope_cgroup(const char *path, uint64_t *id);
/* A running container's ID, its first 4 or more digits, or an LXC or nspawn name. */
bool scope_container(const char *text, uint64_t *cgroup_id);

#endif /* TT_CLI_SCOPE_H */
