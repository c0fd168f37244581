/* SPDX-License-Identifier: GPL-2.0-only */
#include "enrich.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "util/cgroup.h"
#include "util/proc.h"

static int64_t boot_offset_ns(void)
{
	struct timespec wall, boot;

	clock_gettime(CLOCK_REALTIME, &wall);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	return (wall.tv_sec - boot.tv_sec) * 1000000000LL + wall.tv_nsec - boot.tv_nsec;
}

/* The cgroup often outlives the process: a service's, a container's. */
static void cgroup_names(struct process *p)
{
	static int root = -2;
	char path[1024];

	if (root == -2)
		root = cgroup_root();
	if (root < 0 || cgroup_path(root, p->cgroup_id, path, sizeof(path)))
		return;
	p->container_runtime = cgroup_container(path, p->container_id, sizeof(p->container_id));
	cgroup_service(path, p->service, sizeof(p->service));
}

void enrich_process(void *arg, struct process *p)
{
	static int64_t offset_ns;

	(void)arg;
	if (!offset_ns)
		offset_ns = boot_offset_ns();
	p->start_wall_ns = (int64_t)p->start_ns + offset_ns;
	proc_read(p->pid, p->start_ns, p->executable, sizeof(p->executable), p->command_line,
		  sizeof(p->command_line));
	snprintf(p->user, sizeof(p->user), "%s", user_name(p->uid));
	cgroup_names(p);
}
