/* SPDX-License-Identifier: GPL-2.0-only */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

void command_files(struct command *c)
{
	getrlimit(RLIMIT_NOFILE, &c->files);
}

static bool runs(const char *path)
{
	struct stat info;

	return !stat(path, &info) && S_ISREG(info.st_mode) && !access(path, X_OK);
}

bool command_file(const char *name, char path[PATH_MAX])
{
	const char *folders = getenv("PATH");

	if (strchr(name, '/'))
		return snprintf(path, PATH_MAX, "%s", name) < PATH_MAX && runs(path);
	for (const char *at = folders ? folders : "/bin:/usr/bin"; at; at = strchr(at, ':') ? strchr(at, ':') + 1 : NULL) {
		int bytes = (int)strcspn(at, ":");

		/* An empty one is the current folder. */
		if (snprintf(path, PATH_MAX, "%.*s%s%s", bytes, at, bytes ? "/" : "./", name) < PATH_MAX && runs(path))
			return true;
	}
	return false;
}

static void wait_and_run(const struct command *c, int gate, char **argv)
{
	char byte;

	signal(SIGPIPE, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	setrlimit(RLIMIT_NOFILE, &c->files);
	if (read(gate, &byte, 1) != 1)
		_exit(127);
	execvp(argv[0], argv);
	fprintf(stderr, "tlstrace: %s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

int command_start(struct command *c, char **argv)
{
	int gate[2];

	if (pipe2(gate, O_CLOEXEC))
		return -1;
	c->pid = fork();
	if (c->pid < 0) {
		close(gate[0]);
		close(gate[1]);
		return -1;
	}
	if (c->pid == 0) {
		close(gate[1]);
		wait_and_run(c, gate[0], argv);
	}
	close(gate[0]);
	c->gate = gate[1];
	return 0;
}

int command_go(struct command *c)
{
	int err = write(c->gate, "\n", 1) == 1 ? 0 : -1;

	close(c->gate);
	return err;
}

bool command_ended(struct command *c)
{
	if (!c->done)
		c->done = waitpid(c->pid, &c->status, WNOHANG) == c->pid;
	return c->done;
}

int command_status(const struct command *c)
{
	if (!c->done)
		return 0;
	return WIFEXITED(c->status) ? WEXITSTATUS(c->status) : 128 + WTERMSIG(c->status);
}
