/* SPDX-License-Identifier: GPL-2.0-only */
/* command.h - the command that is traced from its first call: "-- COMMAND...". */
#ifndef TT_COMMAND_H
#define TT_COMMAND_H

#include <limits.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

/* All zero: none. */
struct command {
	pid_t pid;
	int gate, status; /* where it waits; as waitpid() tells */
	bool done;
	struct rlimit files; /* what it may open, whatever the tracer needs */
};

/* Remember what the command may open, before that is changed. */
void command_files(struct command *command);
/* The file that execvp() would run as `name`, whatever it holds. False: there is none. */
bool command_file(const char *name, char path[PATH_MAX]);
/* Fork it; it waits for command_go() before it runs `argv`. 0, or -1 with errno. */
int command_start(struct command *command, char **argv);
/* Every hook is live. 0, or -1 with errno. */
int command_go(struct command *command);
/* It has ended; cheap to call often. */
bool command_ended(struct command *command);
/* Its exit status, as a shell has it; 0 while it runs. */
int command_status(const struct command *command);

#endif /* TT_COMMAND_H */
