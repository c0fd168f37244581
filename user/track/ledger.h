/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ledger.h - the first records of each direction of one connection, to be compared with
 * what the other end on this host has seen of them. Bodies of handshake records in the
 * clear are kept until data flows: then both ends have verified them.
 */
#ifndef TT_TRACK_LEDGER_H
#define TT_TRACK_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/difference.h"
#include "tlstrace/event.h"

#define LEDGER_RECORDS 32 /* a direction */
#define LEDGER_BYTES 32768 /* of bodies, a direction */
#define LEDGERS_BYTES (32 << 20) /* of all together */

struct ledger;

/* Bytes of bodies that all ledgers together may hold, and do. */
struct ledger_budget {
	size_t most, used;
};

/* Note a record or more of its body; *ledger is made at the first one. `hidden`: protected. */
void ledger_note(struct ledger **ledger, struct ledger_budget *budget, const struct tt_ev_record *e,
		 bool hidden);
/* Bodies are needed no longer. */
void ledger_settle(struct ledger *ledger, struct ledger_budget *budget);
bool ledger_has_bodies(const struct ledger *ledger); /* NULL has none */
void ledger_free(struct ledger *ledger, struct ledger_budget *budget); /* NULL is nothing */
/*
 * Compare a direction of `from` with one of `to`, where the same records went by later. The
 * first difference goes into *out, all but its ends; records that are the same count in any case.
 */
void ledger_compare(const struct ledger *from, int from_dir, const struct ledger *to, int to_dir,
		    struct difference *out);

#endif /* TT_TRACK_LEDGER_H */
