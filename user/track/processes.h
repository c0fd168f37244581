/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * processes.h - each process once, however many connections it has. An entry
 * lives while a connection holds it and as long after as there is room.
 */
#ifndef TT_TRACK_PROCESSES_H
#define TT_TRACK_PROCESSES_H

#include <stddef.h>

#include "model/process.h"
#include "tlstrace/event.h"

struct processes;

/*
 * `enrich` is called once for each new process to add what the kernel half does
 * not say; it must leave alone what is set. NULL when out of memory.
 */
struct processes *processes_new(void (*enrich)(void *arg, struct process *process), void *arg);
/* Never NULL; give it back with processes_put. Without a pid: a nameless one. */
const struct process *processes_get(struct processes *p, const struct tt_owner *owner);
void processes_put(struct processes *p, const struct process *process);
/* What the kernel half said; a later exec replaces it for later connections. */
void processes_told(struct processes *p, const struct tt_ev_process *event);
void processes_free(struct processes *p);

#endif /* TT_TRACK_PROCESSES_H */
