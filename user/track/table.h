/* SPDX-License-Identifier: GPL-2.0-only */
/* table.h - the connections that are followed; what the files of the tracker share. */
#ifndef TT_TRACK_TABLE_H
#define TT_TRACK_TABLE_H

#include "track/ledger.h"
#include "track/session.h"

#define BUCKETS 16384
#define PAIRS 16384

/* Connections with the same two endpoints, and others that fall into the same place. */
struct pair {
	struct session *first; /* that is awake */
	uint16_t last_words;   /* so many of them are of connections that belong here */
};

#define AWAKE 4096 /* sessions that never rest, and all that anybody looks through */
#define QUEUE 1024

/* Connections with an alert that waits, in the order of their waiting. */
struct queue {
	struct {
		uint64_t id;
		int64_t due_ns;
	} at[QUEUE];
	size_t first, count;
};

#define LAST_WORDS 256

/* What connections that are over had said; the oldest goes. */
struct last_words {
	struct last_word {
		struct endpoint local, remote;
		bool has_random;
		uint8_t random[TT_RANDOM_BYTES]; /* the ClientHello's */
		enum tls_role sender;
		uint8_t level, description;
		bool in_handshake, peer_gone;
		int64_t time_ns, closed_ns;
		struct library_error error;
	} at[LAST_WORDS];
	size_t next;
};

#define OBJECTS 4096
#define OBJECT_RANDOMS 4

/* A library object and what may be the random of its hello; another object may displace it. */
struct object {
	uint64_t object;
	uint32_t pid;
	uint64_t conn_id; /* once it was found */
	uint32_t next;
	uint8_t random[OBJECT_RANDOMS][TT_RANDOM_BYTES]; /* the last ones, by next */
};

#define PAST_ENDS 64

/* Ends that failed and are over; the oldest goes. */
struct past_ends {
	struct past_end {
		struct ledger *ledger; /* NULL: none */
		struct endpoint local, remote;
		enum tls_role role;
		bool has_random;
		uint8_t random[TT_RANDOM_BYTES]; /* the client's */
		int64_t first_ns, hello_ns, closed_ns;
		char comm[17];
		uint32_t pid;
		struct difference difference;
	} at[PAST_ENDS];
	size_t next;
};

struct track {
	struct track_out out; /* first: track_of() */
	int64_t wall_offset_ns, ticked_ns, lost_ns;
	size_t open;
	uint64_t total, evicted;
	struct processes *processes;
	struct session *oldest, *newest; /* by the last event */
	struct session *next_to_rest; /* the oldest of the `awake` newest */
	size_t awake;
	struct session *bucket[BUCKETS];
	uint64_t seed; /* of the pairs: nobody can aim at one */
	struct pair pair[PAIRS];
	struct queue queue;
	struct last_words last_words;
	struct past_ends past_ends;
	struct ledger_budget budget;
	struct object objects[OBJECTS];
	struct tt_ev_library guess; /* objects.c: the last one */
	uint64_t io_unbound; /* calls of no connection that is known */
	uint64_t joined; /* library errors whose connection objects.c found */
};

/* The connection is over, and nothing more will be learnt of it: tell of that. */
void track_close(struct track *t, struct session **at);
/* The tracker whose words go there. */
static inline struct track *track_of(const struct track_out *out)
{
	return (struct track *)out;
}

/* Where the connection's pointer is, or would be; it is awake. */
struct session **track_find(struct track *t, uint64_t id);

/* witness.c: an alert of `s` may wait for its second witness from `time_ns` on. */
void witness_queue(struct track *t, struct session *s, int64_t time_ns);
/* io.c: what a TLS library says of a connection; an event too short is ignored. */
void library_event(struct track *t, const struct tt_event *head, struct session *s, size_t bytes,
		   int64_t time_ns);
/*
 * `s` is over: true when it is kept for as long as an alert waits, because the other end on
 * this host may yet read what nobody could read here. It is closed then by witness_due().
 */
bool witness_closing(struct track *t, struct session *s, int64_t time_ns);
/* Tell the alerts that have waited until `time_ns`. */
void witness_due(struct track *t, int64_t time_ns);
/* `s` is over: what was said there may be news to the other end. */
void witness_remember(struct track *t, const struct session *s);
/* What the library at the other end has said, if that is on this host. */
void witness_reason(struct track *t, struct session *s);
/* Tell what waits of `s`, by what the other end on this host knows if it is here. */
void witness_now(struct track *t, struct session *s);
/* The connection is over: tell its last records too, if they are alerts. */
void witness_last(struct track *t, struct session *s);

#endif /* TT_TRACK_TABLE_H */
