/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/scope.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fts.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/cgroup.h"

static bool number(const char *text, unsigned long most, unsigned long *out)
{
	char *end;

	errno = 0;
	*out = strtoul(text, &end, 10);
	return !errno && *text >= '0' && *text <= '9' && !*end && *out <= most;
}

bool scope_user(const char *name_or_uid, uint32_t *uid)
{
	struct passwd *user = getpwnam(name_or_uid);
	unsigned long n;

	if (!user && !number(name_or_uid, UINT32_MAX, &n))
		return false;
	*uid = user ? user->pw_uid : n;
	return true;
}

bool scope_netns(const char *text, uint32_t *inode)
{
	struct stat st;
	unsigned long pid;
	char path[512];

	if (number(text, INT32_MAX, &pid))
		snprintf(path, sizeof(path), "/proc/%lu/ns/net", pid);
	else
		snprintf(path, sizeof(path), "%s%s", strchr(text, '/') ? "" : "/run/netns/", text);
	if (stat(path, &st))
		return false;
	*inode = st.st_ino;
	return true;
}

bool scope_cidr(const char *text, uint64_t host[2], uint64_t mask[2])
{
	uint8_t address[16] = { [10] = 0xff, [11] = 0xff }, bits[16] = { 0 };
	unsigned long prefix, most = 128;
	char copy[64], *slash;

	if (strlen(text) >= sizeof(copy))
		return false;
	strcpy(copy, text);
	slash = strchr(copy, '/');
	if (slash)
		*slash = 0;
	if (inet_pton(AF_INET, copy, address + 12) == 1)
		most = 32;
	else if (inet_pton(AF_INET6, copy, address) != 1)
		return false;
	prefix = most;
	if (slash && !number(slash + 1, most, &prefix))
		return false;
	prefix += 128 - most;
	for (unsigned long i = 0; i < prefix; i++)
		bits[i / 8] |= 0x80 >> i % 8;
	memcpy(host, address, 16);
	memcpy(mask, bits, 16);
	return true;
}

bool scope_cgroup(const char *path, uint64_t *id)
{
	int root = cgroup_root();

	*id = root < 0 ? 0 : cgroup_id(root, path);
	if (root >= 0)
		close(root);
	return *id;
}

bool scope_container(const char *text, uint64_t *id)
{
	char root_path[512], found[65];
	char *roots[] = { root_path, NULL };
	int root = cgroup_root();
	ssize_t bytes;
	FTSENT *entry;
	FTS *tree;

	*id = 0;
	if (root < 0 || strlen(text) < 2)
		return false;
	snprintf(found, sizeof(found), "/proc/self/fd/%d", root);
	bytes = readlink(found, root_path, sizeof(root_path) - 1);
	root_path[bytes > 0 ? bytes : 0] = 0;
	tree = bytes > 0 ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL) : NULL;
	while (tree && !*id && (entry = fts_read(tree))) {
		if (entry->fts_info != FTS_D ||
		    !cgroup_container(entry->fts_path + bytes, found, sizeof(found)))
			continue;
		/* A prefix of the hex ID, as docker takes it, or a whole name. */
		if (!strcmp(found, text) ||
		    (strlen(found) == 64 && strlen(text) >= 4 && !strncmp(found, text, strlen(text))))
			*id = cgroup_id(root, entry->fts_path);
	}
	if (tree)
		fts_close(tree);
	close(root);
	return *id;
}
