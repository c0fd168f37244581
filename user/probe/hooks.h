/* SPDX-License-Identifier: GPL-2.0-only */
/* hooks.h - load and attach the BPF half; which set works is found by trying. */
#ifndef TT_PROBE_HOOKS_H
#define TT_PROBE_HOOKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tlstrace/config.h"
#include "tlstrace/counters.h"
#include "tlstrace/event.h"

struct hooks;
struct bpf_program;

/*
 * Take the wanted set (a name as in --hooks, or NULL: the best that loads) and the
 * kernel's configuration. Return attached hooks owned by the caller, or NULL
 * with one sentence of cause and remedy in *why (a static string). verbose 1
 * prints why each better set was refused, 2 all that libbpf says.
 */
struct hooks *hooks_open(const char *wanted, const struct tt_config *config, int verbose,
			 const char **why);
const char *hooks_name(const struct hooks *hooks);
int hooks_ring_fd(const struct hooks *hooks);
/* The program for places in TLS libraries, as uprobes_attach() takes it. */
struct bpf_program *hooks_library(const struct hooks *hooks, bool *multi);
/* That for Go programs, and the map for go_publish(). */
struct bpf_program *hooks_go(const struct hooks *hooks, int *map_fd);
int hooks_hits_fd(const struct hooks *hooks); /* hits of that program by file */
/* The map that processes_add() fills. */
int hooks_processes_fd(const struct hooks *hooks);
/* Take up the sockets that are open already. 0, or -1 with errno. */
int hooks_scan(struct hooks *hooks);
/* Nothing more is looked at but which connections end; what was counted can still be asked for. */
void hooks_stop(struct hooks *hooks);
/* Emit the counters of every connection still open, and stop altogether. */
void hooks_flush(struct hooks *hooks);
/*
 * The closes that found the ring full, each once: *closes is the caller's to free, how many
 * is returned. What the ring holds of these connections came before.
 */
size_t hooks_untold(const struct hooks *hooks, struct tt_ev_totals **closes);
/* Runs of programs that the kernel left out (recursion), all together. */
uint64_t hooks_missed(const struct hooks *hooks);
void hooks_counts(const struct hooks *hooks, uint64_t counts[TT_COUNT_MAX]);
void hooks_close(struct hooks *hooks);

#endif /* TT_PROBE_HOOKS_H */
