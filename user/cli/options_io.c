/* SPDX-License-Identifier: GPL-2.0-only */
#include "cli/options_io.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define DATA_USUAL_BYTES 256
#define DATA_MOST_BYTES 4096

bool options_io(struct options *o, const char *mode)
{
	static const char *const modes[] = { [IO_AUTO] = "auto", [IO_ALWAYS] = "always",
					     [IO_OFF] = "off" };

	o->io_shown |= !mode;
	for (int i = 0; mode && i < 3; i++)
		if (!strcmp(mode, modes[i])) {
			o->io = (enum io_mode)i;
			return true;
		}
	return !mode;
}

bool options_data(struct options *o, const char *bytes)
{
	unsigned long n = DATA_USUAL_BYTES;
	char *end;

	if (bytes) {
		n = strtoul(bytes, &end, 10);
		if (*bytes < '0' || *bytes > '9' || *end || !n || n > DATA_MOST_BYTES)
			return false;
	}
	o->data_bytes = (uint32_t)n;
	o->io_shown = true;
	return true;
}

const char *options_io_fit(struct options *o)
{
	bool chosen = o->pid || o->comm || o->by_uid || o->cgroup_id || o->command;

	if ((o->hex || (o->all_processes && !o->keylog_out)) && !o->data_bytes)
		return "--hex and --yes-all-processes go with --data";
	if (o->keylog_out && !o->libraries)
		return "--keylog-out needs probes: not with --wire-only";
	if (o->keylog_out && !chosen && !o->all_processes)
		return "--keylog-out tells secrets: name the processes (--pid, --comm, --user, --cgroup, "
		       "--container or a command), or add --yes-all-processes";
	if (o->io_shown && (o->io == IO_OFF || !o->libraries))
		return "--io and --data need probes: not with --io=off or --wire-only";
	if (o->data_bytes && !chosen && !o->all_processes)
		return "--data shows plaintext: name the processes (--pid, --comm, --user, --cgroup, "
		       "--container or a command), or add --yes-all-processes";
	/* What is asked for by name is not let go to save time. */
	if (o->io_shown && !o->overhead_given)
		o->io = IO_ALWAYS;
	return NULL;
}
