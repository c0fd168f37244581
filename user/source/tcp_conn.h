/* SPDX-License-Identifier: GPL-2.0-only */
/* tcp_conn.h - what the files tcp*.c share. */
#ifndef TT_SOURCE_TCP_CONN_H
#define TT_SOURCE_TCP_CONN_H

#include "source/records.h"
#include "source/tcp.h"

#define SEEN 4 /* segments whose bytes are remembered by a digest */
#define NO_SIDE 2
#define TABLE_BUCKETS 65536
#define RESET_BETWEEN 1024

/* Bytes that came before those in front of them. */
struct chunk {
	struct chunk *next;
	int64_t time_ns;
	uint32_t seq, bytes, wire_bytes;
	uint8_t data[];
};

/* One direction. */
struct half {
	struct stream stream;
	uint32_t next; /* sequence number due */
	uint32_t isn, fin_seq;
	uint32_t acked; /* highest number that the other side acknowledged */
	int64_t acked_at_ns; /* when */
	bool positioned, syn, fin, was_acked;
	uint8_t far; /* segments in a row that are far behind */
	uint8_t seen_at;
	uint16_t held_count;
	uint32_t held_bytes;
	struct chunk *held; /* in order, without overlaps */
	struct {
		uint32_t seq, bytes, digest;
	} seen[SEEN];
};

struct tcp_conn {
	struct tcp_conn *next;		 /* of the same bucket */
	struct tcp_conn *older, *newer;	 /* by the last packet */
	uint8_t address[2][16];
	uint16_t port[2];
	uint8_t family;
	uint8_t initiator; /* side, or NO_SIDE */
	uint8_t local;	   /* side; meaningful when announced */
	uint8_t fin_first; /* side, or NO_SIDE */
	bool announced, closed, hopeless, data;
	uint8_t reset_by; /* side, or NO_SIDE */
	uint32_t retransmits;
	uint32_t altered; /* of these, or overlaps, with other bytes */
	uint64_t id;
	int64_t connect_ns, established_ns, last_ns;
	int64_t data_ns;  /* of the last packet with data; meaningful when `data` */
	int64_t reset_ns; /* when; meaningful when reset_by is a side */
	struct first *first[2]; /* of what does not begin with TLS, or NULL; owned */
	struct half half[2];
};

/* The first bytes of a direction. */
struct first {
	uint16_t bytes;
	uint8_t data[];
};

struct conn_list {
	struct tcp_conn *oldest, *newest;
	size_t count;
};

struct tcp {
	struct tcp_config config;
	struct tcp_counts counts;
	void (*event)(void *arg, const void *event, size_t bytes);
	void *arg;
	uint64_t last_id;
	uint64_t seed; /* of the table: nobody can aim at one bucket */
	struct conn_list open, reset, closed; /* in `reset` by the time of that */
	uint16_t reset_between[RESET_BETWEEN]; /* by a hash of two addresses: those in `reset` */
	struct tcp_conn *last; /* most segments are of the same connection as the one before */
	struct tcp_conn **bucket;
	struct tt_ev_record *record; /* room for one event */
	struct lru *servers; /* endpoints that speak TLS: struct server to a byte */
};

/* tcp_table.c: the connection of a segment, NULL when there is none; *side sent it. */
struct tcp_conn *table_find(struct tcp *tcp, const struct segment *s, int *side);
/* A new one whose side 0 sent the segment; NULL when out of memory. */
struct tcp_conn *table_add(struct tcp *tcp, const struct segment *s);
void table_touch(struct tcp *tcp, struct tcp_conn *c);  /* a packet of it came */
void table_reset(struct tcp *tcp, struct tcp_conn *c);  /* reset_by was set; no longer open */
void table_closed(struct tcp *tcp, struct tcp_conn *c); /* from either to the closed ones */
void table_forget(struct tcp *tcp, struct tcp_conn *c); /* and free it */

/* tcp_close.c: it stays for a while as closed; stray packets after it are its own. */
void conn_close(struct tcp *tcp, struct tcp_conn *c, bool end_seen);
void conn_drop(struct tcp *tcp, struct tcp_conn *c); /* closed, and forgotten */
/* A reset by `side`, when it is a valid one. */
void conn_reset(struct tcp *tcp, struct tcp_conn *c, int side, const struct segment *s);
/* A segment that came after the reset: the other side had not heard of it. */
void conn_crossed(struct tcp *tcp, struct tcp_conn *c, int side, const struct segment *s);
/* The two ends of a SYN meet again: the next is judged by how the one before it ended. */
void conn_close_reset(struct tcp *tcp, const struct segment *syn);

/* tcp_half.c: data of one side, then whatever became deliverable by it. */
void half_data(struct tcp *tcp, struct tcp_conn *c, int side, const struct segment *s);
/* Whether a hole is to be waited for no longer; then what is behind it is delivered. */
void half_settle(struct tcp *tcp, struct tcp_conn *c, int side, int64_t time_ns);
/* Nothing more will come: deliver over all holes. */
void half_flush(struct tcp *tcp, struct tcp_conn *c, int side);
void half_free(struct half *h);

/* tcp_first.c: a direction does not begin with TLS; an HTTP error, which may say why. */
void first_keep(struct tcp_conn *c, int side, const uint8_t *data, uint32_t bytes);
bool first_is_refusal(const struct tcp_conn *c, int side);
/* Tell of the first bytes of a side of an announced connection. */
void first_tell(struct tcp *tcp, const struct tcp_conn *c, int side, int64_t time_ns, uint8_t why);
/* The server of a connection speaks TLS; does it, as others have seen? */
void server_speaks_tls(struct tcp *tcp, const struct tcp_conn *c);
bool server_is_known(struct tcp *tcp, const struct tcp_conn *c);
void first_free(struct tcp_conn *c);

/* tcp_events.c: where the record machine's words become events. */
void conn_bytes(struct tcp *tcp, struct tcp_conn *c, int side, int64_t time_ns, const uint8_t *data,
		uint32_t bytes);
void conn_gap(struct tcp *tcp, struct tcp_conn *c, int side, int64_t time_ns, uint32_t bytes);
void conn_records_end(struct tcp *tcp, struct tcp_conn *c, int side, int64_t time_ns);
void conn_closed(struct tcp *tcp, struct tcp_conn *c, int64_t time_ns, bool end_seen);

#endif /* TT_SOURCE_TCP_CONN_H */
