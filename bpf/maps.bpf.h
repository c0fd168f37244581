/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* maps.bpf.h - every map and global of the BPF half; defined in maps.bpf.c. */
#ifndef TT_BPF_MAPS_H
#define TT_BPF_MAPS_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#include "tlstrace/config.h"
#include "tlstrace/counters.h"
#include "tlstrace/library_event.h"

enum stream_state {
	STREAM_NEW,    /* nothing seen yet */
	STREAM_TLS,
	STREAM_LOST,   /* position unknown: looking for a header */
	STREAM_VERIFY, /* a plausible header was found: the next one decides */
	STREAM_PROBE,  /* another protocol so far: TLS may start later */
	STREAM_NOT,
};

struct stream {
	__u32 busy; /* one hook at a time works on it */
	__u32 next; /* sequence number of the next header byte to read */
	__u32 body_at; /* sequence number of the next body byte to copy */
	__u32 body_left;
	__u32 copied_bytes; /* of TT_FLIGHT_BYTES */
	__u32 told; /* records other than of data, of TOLD_RECORDS */
	__u16 body_offset;
	__u8 state;
	__u8 head_bytes; /* of the header collected so far */
	__u8 head[8];
	__u8 first_bytes; /* of what is no TLS, in `first` */
	__u8 first[TT_FIRST_BYTES];
	__u32 tries;
	__u32 positioned; /* next is valid */
	__u32 lost_at; /* where the position was lost: a gap begins here */
	__u16 lost_sure; /* a header does begin at lost_at */
	__u16 lost_head_bytes; /* of which so many have been read */
	__u8 lost_head[4];
	struct tt_dir_totals totals;
};

struct tt_sock {
	__u64 id;
	__u64 connect_ns;
	__u64 established_ns;
	__u64 told_ns; /* when the counters were last told */
	__u64 go_object; /* the crypto/tls.Conn that was read for */
	__u32 announced;
	__u32 close_flags;
	__u32 retransmits;
	__u8 tcp_role;
	__u8 midstream;
	__u8 not_tls;
	__u8 no_reader; /* what is read goes by the reader hooks unseen */
	__u8 tcp_state; /* the last that a state program took */
	__u8 refused; /* by a process filter: id is 0 until a wanted process reads */
	__u8 last_dir;
	__u8 pad;
	struct tt_owner owner;
	__u64 owner_exec_id; /* the owner's self_exec_id */
	struct stream stream[2];
};

/* Where in its buffer a reader is: a copy of its iterator, iov_iter's members. */
struct tt_place {
	__u64 base; /* iovec array in kernel memory, or the buffer itself */
	__u64 offset_bytes;
	__u64 left_bytes;
	__u32 flat; /* base is the buffer */
	__u32 pad;
};

/* The tcp_recvmsg call that a thread is in, or was in last. */
struct tt_call {
	__u64 sk;
	__u64 msg;
	struct tt_place at;
	__u32 copied_seq;
	__u32 pad;
};

/* The last call into a TLS library that a thread made; over or not. */
struct tt_library_call {
	__u64 object;
	__u64 conn_id;	/* the object's, 0: not known yet */
	__u64 touched;	/* the connection that the thread read from last */
	__u64 frame;	/* address of the return address, 0: not in a call */
	__u64 returns;	/* what was there */
	__u64 source, function; /* addresses of the next error's place */
	__u32 line;
	__s32 verify;
	__u32 file;
	__u8 call;
	__u8 raised; /* the call's first error was told */
	__u8 joined; /* the user half can find the object's connection */
	__u8 flags;  /* enum tt_site_flag */
	__u64 random[2]; /* addresses: of what may be the random of its hello, 0: none */
	/* Contexts of EVP: that opens, that seals an alert; what was opened, as addresses. */
	__u64 opens, aad_of, opened;
	__u32 aad_bytes;
	__u8 secret; /* enum tt_secret: derived last, at secret_at */
	__u8 alerted, asked; /* GnuTLS: a fatal alert was received; the program asks which */
	__u8 unused;
	__u64 secret_at;
	__u64 status_at; /* GnuTLS: where its verdict on the chain will be, 0: nowhere */
	/* Of a call that moves plaintext. */
	__u64 began_ns; /* 0: its end is not waited for */
	__u64 buffer, count; /* addresses: of the bytes, of where their number goes */
	__u64 asked_bytes;
	__s64 result;
	__u64 ended_ns, took_ns;
	__u32 held; /* it failed: told when it is known why */
	__u32 pad;
};

struct tt_io {
	__u64 object; /* of which there is no connection, else 0 */
	__u64 told_ns;
	__u32 pid;
	__u32 file, missed, pad; /* missed: some call's begin was not seen */
	struct tt_io_sums dir[2];
};

struct tt_object_key {
	__u64 object;
	__u32 pid;
	__u32 pad;
};
struct tt_object {
	__u64 conn_id;
	__u64 start_ns; /* the process's: its number may come again */
	__u64 failed; /* Go: that an alert was received was told */
};

/* A server's endpoint. */
struct tt_server_key {
	__u8 address[16];
	__u32 netns;
	__u16 port;
	__u16 pad;
};

struct tt_library_calls_map {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct tt_library_call);
};
struct tt_objects_map {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct tt_object_key);
	__type(value, struct tt_object);
};
/* Servers that speak TLS, and how that is known. */
enum { SERVER_SHOOK_HANDS = 1, SERVER_COMPLAINED = 2 };
struct tt_servers_map {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct tt_server_key);
	__type(value, __u8);
};
/* Threads whose library read what is no TLS, of a connection that it did not know. */
struct tt_complaint {
	__u64 time_ns;
	__s32 code;
	__u32 file;
};
struct tt_complaints_map {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64); /* process and thread, as bpf_get_current_pid_tgid() */
	__type(value, struct tt_complaint);
};
/* Hits of the probes, errors raised apart, by struct tt_site's file. */
struct tt_hits_map {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, TT_FILES_MAX);
	__type(key, __u32);
	__type(value, struct tt_hits);
};
/* By connection, or by object where that is not known: io_key(). */
struct tt_ios_map {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, __u64);
	__type(value, struct tt_io);
};
struct tt_events_map {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16 << 20);
};
/* By connection: closes that found the ring full. */
struct tt_untold_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, struct tt_ev_totals);
};
struct tt_socks_map {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__type(key, int);
	__type(value, struct tt_sock);
};
struct tt_counts_map {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, TT_COUNT_MAX);
	__type(key, __u32);
	__type(value, __u64);
};

struct tt_calls_map {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct tt_call);
};

/* Processes of which TT_EV_PROCESS told, with their self_exec_id of then. */
struct tt_told_map {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct tt_process_key);
	__type(value, __u64);
};
/* The processes of --pid, --follow and of a traced command. */
struct tt_processes_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 65536);
	__type(key, struct tt_process_key);
	__type(value, __u32);
};

extern struct tt_told_map tt_told SEC(".maps");
extern struct tt_processes_map tt_processes SEC(".maps");
extern struct tt_events_map tt_events SEC(".maps");
extern struct tt_untold_map tt_untold SEC(".maps");
extern struct tt_socks_map tt_socks SEC(".maps");
extern struct tt_counts_map tt_counts SEC(".maps");
extern struct tt_calls_map tt_calls SEC(".maps");
extern struct tt_library_calls_map tt_library_calls SEC(".maps");
extern struct tt_objects_map tt_objects SEC(".maps");
extern struct tt_servers_map tt_servers SEC(".maps");
extern struct tt_complaints_map tt_complaints SEC(".maps");
extern struct tt_hits_map tt_hits SEC(".maps");
extern struct tt_ios_map tt_ios SEC(".maps");
extern const volatile struct tt_config tt_config;
extern __u64 tt_last_id;
extern __u8 tt_stopping; /* hooks are being taken off: what is not seen now is no loss */

static __always_inline void count(__u32 what)
{
	__u64 *cell = bpf_map_lookup_elem(&tt_counts, &what);

	/* A packet hook may come in between on the same processor. */
	if (cell)
		__sync_fetch_and_add(cell, 1);
}

static __always_inline void *event_reserve(__u64 bytes)
{
	void *event = bpf_ringbuf_reserve(&tt_events, bytes, 0);

	/* One test only: before 6.2 the verifier forgets what a second one proves. */
	if (!event)
		count(TT_COUNT_RING_FULL);
	return event;
}

/*
 * Wake the reader only for what cannot wait: a wake-up is an interrupt to
 * itself in a virtual machine and costs more than the event. The reader polls
 * every few milliseconds for the rest.
 */
static __always_inline void event_submit(void *event, int urgent)
{
	bpf_ringbuf_submit(event, urgent ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP);
}

static __always_inline void event_head(struct tt_event *head, __u64 conn_id, __u16 kind,
				       __u16 size)
{
	head->time_ns = bpf_ktime_get_ns();
	head->conn_id = conn_id;
	head->kind = kind;
	head->size = size;
	head->pad = 0;
}

static __always_inline __u64 sock_id_new(void)
{
	return __sync_fetch_and_add(&tt_last_id, 1) + 1;
}

#endif /* TT_BPF_MAPS_H */
