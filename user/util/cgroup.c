/* SPDX-License-Identifier: GPL-2.0-only */
#include "util/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define CGROUP2_MAGIC 0x63677270
#define FILEID_KERNFS 0xfe /* linux/exportfs.h, since 5.5 */
#define HEX_ID 64

int cgroup_root(void)
{
	static const char *const places[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		struct statfs fs;

		if (!statfs(places[i], &fs) && fs.f_type == CGROUP2_MAGIC)
			return open(places[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	return -1;
}

static int fd_path(int fd, char *path, size_t size)
{
	char link[64];
	ssize_t bytes;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	bytes = readlink(link, path, size - 1);
	path[bytes > 0 ? bytes : 0] = 0;
	return bytes > 0 ? 0 : -errno;
}

int cgroup_path(int root_fd, uint64_t id, char *path, size_t size)
{
	struct {
		struct file_handle head;
		uint64_t id;
	} handle = { { .handle_bytes = sizeof(id), .handle_type = FILEID_KERNFS }, id };
	char root[512], full[1024];
	int fd, err;

	path[0] = 0;
	memcpy(handle.head.f_handle, &id, sizeof(id));
	fd = open_by_handle_at(root_fd, &handle.head, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = fd_path(fd, full, sizeof(full));
	close(fd);
	if (err || (err = fd_path(root_fd, root, sizeof(root))))
		return err;
	snprintf(path, size, "%s", strncmp(full, root, strlen(root)) ? full : full + strlen(root));
	return 0;
}

uint64_t cgroup_id(int root_fd, const char *path)
{
	struct {
		struct file_handle head;
		uint64_t id;
	} handle = { { .handle_bytes = sizeof(handle.id) }, 0 };
	struct statfs fs;
	int mount, fd;
	uint64_t id;

	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 && (fstatfs(fd, &fs) || fs.f_type != CGROUP2_MAGIC)) {
		close(fd);
		fd = -1;
	}
	if (fd < 0) {
		while (*path == '/')
			path++;
		fd = openat(root_fd, *path ? path : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	if (fd < 0)
		return 0;
	if (name_to_handle_at(fd, "", &handle.head, &mount, AT_EMPTY_PATH) ||
	    handle.head.handle_bytes != sizeof(id))
		id = 0;
	else
		memcpy(&id, handle.head.f_handle, sizeof(id));
	close(fd);
	return id;
}

static size_t hex_run(const char *text)
{
	return strspn(text, "0123456789abcdef");
}

/* One path component: "docker-<64 hex>.scope", "<64 hex>", "lxc.payload.web". */
static const char *component(const char *path, size_t at, const char *name, char *id, size_t size)
{
	static const struct {
		const char *prefix, *runtime, *suffix;
	} named[] = {
		{ "lxc.payload.", "lxc", "" },
		{ "machine-", "systemd-nspawn", ".scope" },
		{ "systemd-nspawn@", "systemd-nspawn", ".service" },
	};
	static const struct {
		const char *prefix, *runtime;
	} hex[] = {
		{ "docker-", "docker" },	 { "cri-containerd-", "containerd" },
		{ "crio-", "cri-o" },		 { "libpod-", "podman" },
		{ "nerdctl-", "containerd" },
	};

	for (size_t i = 0; i < sizeof(hex) / sizeof(*hex); i++) {
		const char *rest = name + strlen(hex[i].prefix);

		if (strncmp(name, hex[i].prefix, strlen(hex[i].prefix)) || hex_run(rest) != HEX_ID)
			continue;
		snprintf(id, size, "%.*s", HEX_ID, rest);
		return hex[i].runtime;
	}
	if (hex_run(name) == HEX_ID && (!name[HEX_ID] || name[HEX_ID] == '.')) {
		snprintf(id, size, "%.*s", HEX_ID, name);
		if (memmem(path, at, "docker", 6))
			return "docker";
		return memmem(path, at, "kubepods", 8) ? "containerd" : "";
	}
	for (size_t i = 0; i < sizeof(named) / sizeof(*named); i++) {
		size_t head = strlen(named[i].prefix), tail = strlen(named[i].suffix);
		size_t bytes = strlen(name);

		if (bytes <= head + tail || strncmp(name, named[i].prefix, head) ||
		    strcmp(name + bytes - tail, named[i].suffix))
			continue;
		snprintf(id, size, "%.*s", (int)(bytes - head - tail), name + head);
		return named[i].runtime;
	}
	return NULL;
}

const char *cgroup_container(const char *path, char *id, size_t size)
{
	const char *runtime = NULL, *at = path;
	char name[256];

	id[0] = 0;
	while (*at) {
		size_t bytes = strcspn(at, "/");
		const char *found = NULL;

		snprintf(name, sizeof(name), "%.*s", (int)bytes, at);
		if (bytes)
			found = component(path, (size_t)(at - path), name, id, size);
		runtime = found ? found : runtime;
		at += bytes + (at[bytes] == '/');
	}
	return runtime;
}

void cgroup_service(const char *path, char *unit, size_t size)
{
	const char *at = path;

	unit[0] = 0;
	while (*at) {
		size_t bytes = strcspn(at, "/");

		if (bytes > 8 && bytes < size && !memcmp(at + bytes - 8, ".service", 8))
			snprintf(unit, size, "%.*s", (int)bytes, at);
		at += bytes + (at[bytes] == '/');
	}
}
