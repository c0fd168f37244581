/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * track.h - events to facts: one TLS state machine per connection.
 */
#ifndef TT_TRACK_TRACK_H
#define TT_TRACK_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/conn.h"

/* Connections followed at a time; beyond that the quietest one is given up. */
#define TRACK_CONNECTIONS 65536

/* A handshake without a record for so long has stalled. */
#define TRACK_STALL_NS 5000000000LL

/* So long an alert waits for what the other witness, wire or library, says of it. */
#define TRACK_WITNESS_NS 50000000LL

struct track;
struct keylog; /* decrypt/keylog.h */
struct history; /* track/history.h */
struct message; /* model/message.h */

/* What the tracker tells, in order. Pointers are valid during the call only. */
struct track_out {
	void *arg;
	void (*handshake)(void *arg, int64_t time_ns, const struct conn *conn);
	void (*alert)(void *arg, int64_t time_ns, const struct conn *conn, const struct alert *alert);
	void (*record)(void *arg, int64_t time_ns, const struct conn *conn,
		       const struct past_record *record);
	void (*connection)(void *arg, int64_t time_ns, const struct conn *conn);
	/* A handshake that has not ended does not go on; told once. */
	void (*stalled)(void *arg, int64_t time_ns, const struct conn *conn);
	/* More of a process than the kernel said, when a connection is new. */
	void (*enrich)(void *arg, struct process *process);
	/* Every readable handshake message, before its record; NULL: not wanted. */
	void (*message)(void *arg, int64_t time_ns, const struct conn *conn,
			const struct message *message);
	/* An error of the library that holds the connection's local end. */
	void (*error)(void *arg, int64_t time_ns, const struct conn *conn);
	/* A call that moved plaintext; NULL: not wanted. */
	void (*io)(void *arg, int64_t time_ns, const struct conn *conn, const struct io_call *io);
	/* All calls of that file's library since then (wall clock) were probed; or NULL. */
	bool (*probed)(void *arg, uint32_t file, int64_t since_ns);
	/* A line of a key log (NSS's labels, the client's random of 32 bytes); NULL: not wanted. */
	void (*secret)(void *arg, const char *label, const uint8_t *random, const uint8_t *secret,
		       size_t bytes);
	/* Every alert of OpenSSL's since then (wall clock) was told by the library; or NULL. */
	bool (*sealed)(void *arg, int64_t since_ns);
	/*
	 * The library that an event's file number stands for: false when there is none.
	 * NULL: no library is ever heard, and no alert waits for one.
	 */
	bool (*library)(void *arg, uint32_t file, const char **name, char version[32]);
	bool fingerprints; /* JA3, JA3S and JA4 are wanted */
	const struct keylog *keylog; /* secrets to decrypt with; NULL: none */
	uint32_t data_bytes; /* of each decrypted record of data, told to `io`; 0: none is decrypted for it */
	struct history *history; /* what came before, and goes on from here; NULL: nothing */
};

/* `wall_offset_ns` is added to the kernel's times. NULL when out of memory. */
struct track *track_new(const struct track_out *out, int64_t wall_offset_ns);
/*
 * The wall clock was set, at `time_ns` of it: from here on this is added to the kernel's times.
 * What is silent since before has not stalled; what waits, waits no longer.
 */
void track_clock(struct track *track, int64_t wall_offset_ns, int64_t time_ns);
/* One struct tt_event with `bytes` bytes behind it; a lying size is ignored. */
void track_event(struct track *track, const void *event, size_t bytes);
/* It is now `time_ns` (wall clock), whether or not there was an event. Cheap to call often. */
void track_tick(struct track *track, int64_t time_ns);
/* The local ends wait no longer at `time_ns` (wall clock): what still shakes hands has stalled. */
void track_give_up(struct track *track, int64_t time_ns);
/* Tell of every connection still open, as such. */
void track_end(struct track *track, int64_t time_ns);
/* Events were lost until now: what is silent since before may have spoken. */
void track_lost(struct track *track, int64_t time_ns);
size_t track_open(const struct track *track);
uint64_t track_evicted(const struct track *track); /* given up for want of room */
uint64_t track_joined(const struct track *track); /* library errors joined to a connection by its hello */
uint64_t track_io_unbound(const struct track *track); /* plaintext calls of no known connection */
uint64_t track_total(const struct track *track);
void track_free(struct track *track);

#endif /* TT_TRACK_TRACK_H */
