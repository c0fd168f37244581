/* SPDX-License-Identifier: GPL-2.0-only */
/* session.h - the TLS state machine of one connection; only track.c calls it. */
#ifndef TT_TRACK_SESSION_H
#define TT_TRACK_SESSION_H

#include "model/conn.h"
#include "tlstrace/library_event.h"
#include "track/flight.h"
#include "track/track.h"

struct opening; /* open.c */
struct ledger; /* ledger.h */

#define RECENT 9 /* records kept a direction: an alert and the 8 before it */

struct session {
	struct session *next, *older, *newer; /* track.c's, as the two below */
	bool passed, packed; /* no longer among the newest; all from conn.id on is packed */
	struct conn conn;
	struct session *pair_next; /* pairs.c's */
	bool midstream, reported, close_notify;
	uint8_t farewell_by; /* enum tls_role: who sent the first close_notify */
	uint8_t tcp_role; /* enum tt_tcp_role */
	int64_t tcp_open_ns; /* wall clock: the TCP connection's beginning */
	bool role_by_tcp; /* no hello has told yet who the client is */
	uint32_t crossed[2]; /* captures: 1 + the first record that came to an end that was gone; 0: none */
	bool holed; /* bytes are missing: what was not seen may have been said all the same */
	bool key_exchange; /* a message of a full handshake was seen */
	bool client_key_exchange;
	bool ccs[2];	   /* by direction */
	bool padded[2];	   /* JSSE_PADDING is in what is no data */
	bool encrypted[2]; /* as far as the record layer tells */
	bool opened; /* what is being told came out of a protected record */
	struct opening *opening; /* NULL: nothing to decrypt with */
	struct ledger *ledger;	 /* what went by so far; NULL: nothing to compare */
	uint8_t finished[2]; /* protected records that can hold Finished */
	struct alert waiting[2]; /* by direction, for its other witness; neither bit: there is none */
	int64_t waiting_ns[2];
	uint32_t acked_ns; /* as the last counters said: struct alert's */
	int64_t short_ns; /* when the library opened a record of an alert's size that is none */
	bool sealed; /* each alert that was sent was told by the library */
	bool queued; /* track.c looks after the waiting one */
	bool closing; /* it is over, and the other end may still say why */
	uint32_t close_flags;
	struct flight flight[2];
	struct past_record recent[2][RECENT]; /* index % RECENT */
	uint32_t recent_end[2];		      /* index of the newest + 1 */
};

/*
 * A record whose type is 128 is an SSLv2-compatible ClientHello: its version is the
 * one in the hello, its body begins with the message type.
 */
void session_record(struct session *s, const struct track_out *out, int64_t time_ns,
		    const struct tt_ev_record *record);
/* What the kernel remembers of the last records that it did not tell singly. */
void session_flight(struct session *s, int dir, const struct tt_flight_record *flight,
		    uint64_t records, int64_t wall_offset_ns);
/*
 * Whether the last record of either direction is a TLS 1.3 record of an alert's
 * size (RFC 8446 5.2: 2 bytes, content type, 16-byte tag). An inference.
 */
bool session_ends_like_alert(const struct session *s);
/* What the library that holds the local end does, says or sends. */
void session_library(struct session *s, const struct track_out *out, int64_t time_ns,
		     const struct tt_ev_library *e);
/* io.c: a call that moved plaintext is over; all of them so far. */
void session_io(struct session *s, const struct track_out *out, int64_t time_ns,
		const struct tt_ev_io *e);
void session_io_sums(struct session *s, const struct track_out *out, const struct tt_ev_io_sums *e);
/* The waiting alert has waited long enough at `time_ns`: tell it as it is. */
void session_witness(struct session *s, const struct track_out *out, int64_t time_ns);
/*
 * The connection is over: the last record of `dir` may be an alert that nobody told of.
 * True when one was told, or waits.
 */
bool session_last_alert(struct session *s, const struct track_out *out, int dir);
/* totals.c: the counters of now; how the connection ended (enum tt_close_flag). */
void session_totals(struct session *s, const struct tt_ev_totals *e, int64_t wall_offset_ns);
void session_closed(struct session *s, uint32_t flags);
int64_t session_last_ns(const struct session *s, int dir); /* of its last record, 0: none */
bool conn_ended_fatally(const struct conn *c); /* by the last alert */
bool session_waits(const struct session *s); /* an alert does */
/* The connection is over: tell of a handshake that never ended. */
void session_end(struct session *s, const struct track_out *out, int64_t time_ns);
void session_free(struct session *s);

#endif /* TT_TRACK_SESSION_H */
