/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * event.h - what the kernel half tells the user half.
 *
 * Layout rules: fixed-width members, widest first, padding spelled out. Ports
 * are in host order, times are nanoseconds of CLOCK_MONOTONIC unless a name
 * says otherwise.
 */
#ifndef TLSTRACE_EVENT_H
#define TLSTRACE_EVENT_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

#define TT_FLIGHT_RECORDS 8
#define TT_BODY_BYTES 2048  /* most body bytes one event carries */
#define TT_FLIGHT_BYTES 16384 /* most handshake bytes copied a direction */
#define TT_FIRST_BYTES 64
#define TT_ANSWER_BYTES 1024
#define TT_PATH_PARTS 32
#define TT_PART_BYTES 64 /* with its NUL */
#define TT_ARGS_BYTES 512

enum tt_event_kind {
	TT_EV_OPEN = 1,	  /* struct tt_ev_open: first record of a connection */
	TT_EV_OWNER = 2,  /* struct tt_ev_owner: a better owner became known */
	TT_EV_RECORD = 3, /* struct tt_ev_record: a record header, body start */
	TT_EV_BODY = 4,	  /* struct tt_ev_record: more of the same body */
	TT_EV_TOTALS = 5, /* struct tt_ev_totals: counters of a live one */
	TT_EV_CLOSE = 6,  /* struct tt_ev_totals: the socket is gone */
	TT_EV_PROCESS = 7, /* struct tt_ev_process: first sight, or after exec */
	TT_EV_LIBRARY = 8, /* struct tt_ev_library: what a TLS library does or says */
	TT_EV_IO = 9,	   /* struct tt_ev_io: one read or write of plaintext is over */
	TT_EV_IO_SUMS = 10, /* struct tt_ev_io_sums: all of them so far */
	TT_EV_SECRET = 12, /* struct tt_ev_secret: what keys are derived from */
	TT_EV_FIRST = 11,  /* struct tt_ev_first: a direction that does not begin with TLS */
};

enum tt_dir { TT_SENT = 0, TT_RECEIVED = 1 };

enum tt_owner_how {
	TT_OWNER_NONE = 0,
	TT_OWNER_CONNECT = 1,
	TT_OWNER_ACCEPT = 2, /* inherited from the listening socket */
	TT_OWNER_IO = 3,     /* did I/O on the socket */
	TT_OWNER_SCAN = 4,   /* held it when tracing began */
};

enum tt_tcp_role { TT_TCP_UNKNOWN = 0, TT_TCP_ACTIVE = 1, TT_TCP_PASSIVE = 2 };

enum tt_close_flag {
	TT_FIN_SENT = 1,
	TT_FIN_RECEIVED = 2,
	TT_FIN_SENT_FIRST = 4,
	TT_RST_RECEIVED = 8,
	TT_TIMED_OUT = 16,
	TT_END_UNSEEN = 32, /* captures: how it ended was not seen */
};

#define TT_PLAIN_ALERT_MAX 16 /* bytes: no protected one is as short, its MAC has as many or eight beside eight of a nonce */

enum tt_record_flag {
	TT_AFTER_GAP = 1, /* captures: an unknown number of records was missed before it */
	TT_AFTER_END = 2, /* the other end had closed its direction before */
	TT_PAST_GAP = 4,  /* live: some were missed, at any time before */
	TT_BESIDE_HOLE = 8, /* captures: of the other direction bytes were not seen, or not yet */
	TT_CROSSED = 16, /* captures: the other end had reset the connection, unknown to the sender */
};

struct tt_event {
	__u64 time_ns;
	__u64 conn_id; /* unique per boot of the tracer, never reused */
	__u16 kind;
	__u16 size;
	__u32 pad;
};

/* (pid, start) names a process for ever: a reused pid has another start. */
struct tt_owner {
	__u64 start_ns; /* CLOCK_BOOTTIME of the thread group's leader */
	__u64 cgroup_id;
	__u32 pid;
	__u32 tid;
	__u32 ppid;
	__u32 uid;
	char comm[16];
	__u32 how;
	__u32 wanted; /* the process filters let it pass */
};

/* A process by its number and when it began, as /proc/PID/stat counts time. */
struct tt_process_key {
	__u32 pid;
	__u32 pad;
	__u64 start_ticks; /* start_ns / TT_TICK_NS */
};
#define TT_TICK_NS 10000000ULL /* USER_HZ is 100 */

/*
 * What is gone when a short-lived process is. The executable's path comes as
 * names, the last one first; none when one of them did not fit.
 */
struct tt_ev_process {
	struct tt_event head;
	struct tt_owner owner;
	__u16 part_count;
	__u16 args_bytes;
	__u32 pad;
	char args[TT_ARGS_BYTES]; /* as in memory: NUL between */
	char part[TT_PATH_PARTS][TT_PART_BYTES];
};

struct tt_ev_open {
	struct tt_event head;
	__u64 connect_ns;
	__u64 established_ns;
	__u32 netns;
	__u16 family;
	__u8 tcp_role;
	__u8 midstream;
	__u16 local_port;
	__u16 remote_port;
	__u32 pad;
	__u8 local[16]; /* IPv4 as ::ffff:a.b.c.d */
	__u8 remote[16];
	struct tt_owner owner;
};

struct tt_ev_owner {
	struct tt_event head;
	struct tt_owner owner;
};

struct tt_ev_record {
	struct tt_event head;
	__u32 index; /* of the record in its direction, from 0 */
	__u16 version;
	__u16 length;
	__u8 type;
	__u8 dir;
	__u16 body_offset;
	__u16 body_bytes;
	__u16 flags; /* enum tt_record_flag */
	__u8 body[];
};

/* Why a direction that is no TLS matters. */
enum tt_first_why {
	TT_FIRST_BESIDE_TLS = 1, /* the other direction is TLS, or this one is later */
	TT_FIRST_IN_LIBRARY = 2, /* it was read inside a call into a TLS library */
	TT_FIRST_ANSWER = 3,	 /* it was answered by an HTTP error, which may say why */
	TT_FIRST_AT_TLS = 4, /* it went without an answer to a server that speaks TLS with others */
};

/* TT_FIRST_BYTES at most; of an HTTP error TT_ANSWER_BYTES. */
struct tt_ev_first {
	struct tt_event head;
	__u16 bytes;
	__u8 dir;
	__u8 why; /* enum tt_first_why */
	__u32 pad;
	__u8 data[];
};

struct tt_flight_record {
	__u64 time_ns;
	__u32 index;
	__u16 length;
	__u8 type;
	__u8 version_minor;
};

struct tt_dir_totals {
	__u64 records;
	__u64 bytes;
	__u64 app_records;
	__u64 app_bytes;
	__u64 gap_bytes;
	__u64 broken_bytes; /* 1 more than those of the records before bytes that are none; 0: all are */
	struct tt_flight_record flight[TT_FLIGHT_RECORDS]; /* index & 7 */
};

struct tt_ev_totals {
	struct tt_event head;
	__u32 retransmits;
	__u32 close_flags; /* enum tt_close_flag */
	__u32 altered;	   /* captures: retransmissions with other bytes */
	__u32 acked_ns;	   /* captures: how long before the alert that follows its sender acknowledged new bytes; 0: unknown */
	struct tt_dir_totals dir[2];
};

_Static_assert(sizeof(struct tt_event) == 24, "tt_event is a wire format");
_Static_assert(sizeof(struct tt_owner) == 56, "tt_owner is a wire format");

#endif /* TLSTRACE_EVENT_H */
