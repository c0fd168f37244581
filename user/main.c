/* SPDX-License-Identifier: GPL-2.0-only */
#include <fcntl.h>
#include <unistd.h>

#include "cli/options.h"
#include "run.h"

/* Whatever is opened next would get a standard stream's number, and its output. */
static void open_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	struct options options;
	int status;

	open_streams();
	status = options_parse(&options, argc, argv);
	if (status >= 0)
		return status;
	switch (options.task) {
	case TASK_READ: return run_read(&options);
	case TASK_CHECK: return run_check(&options);
	case TASK_SUPPORT: return run_support(options.pid);
	case TASK_EXPLAIN: return run_explain(options.words);
	case TASK_GENERATE: return run_generate(options.words);
	default: return run_live(&options);
	}
}
