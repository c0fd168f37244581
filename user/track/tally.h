/* SPDX-License-Identifier: GPL-2.0-only */
/* tally.h - how the handshakes of one pair of ends, or of one end, went. */
#ifndef TT_TRACK_TALLY_H
#define TT_TRACK_TALLY_H

#include "model/conn.h"

#define QUARTERS 4 /* of an hour */

struct counted {
	struct tally tally; /* its recent counts are made by tally_at() */
	struct quarter {
		int64_t number; /* of the quarter, since the epoch */
		uint32_t good, bad;
	} quarters[QUARTERS];
};

/* A handshake ended, well or, where conn->failed says so, badly. */
void tally_count(struct counted *counted, const struct conn *conn, int64_t time_ns);
/* The counts; the recent ones are of the last 45 to 60 minutes before time_ns. */
struct tally tally_at(const struct counted *counted, int64_t time_ns);
/* What is left of the whole without a part of it; failures by alert are not known of that. */
struct tally tally_without(struct tally whole, const struct tally *part);

#endif /* TT_TRACK_TALLY_H */
