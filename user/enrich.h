/* SPDX-License-Identifier: GPL-2.0-only */
/* enrich.h - what user space adds to a process: /proc, cgroup names, user names. */
#ifndef TT_ENRICH_H
#define TT_ENRICH_H

#include "model/process.h"

/* Fill what is empty and can be found out. `arg` is not used. */
void enrich_process(void *arg, struct process *process);

#endif /* TT_ENRICH_H */
