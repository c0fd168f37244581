/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * records.h - the bytes of one direction, in order, to TLS records.
 *
 * The same machine as bpf/stream.bpf.h, fed with bytes in place of sequence
 * numbers: bodies that nobody wants are stepped over without being touched.
 * What is TLS is decided by content (detect.c), never by port.
 */
#ifndef TT_SOURCE_RECORDS_H
#define TT_SOURCE_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tlstrace/event.h"

#define HEADER_BYTES 5
#define HEAD_BYTES 16 /* most that is needed to tell what a stream begins with */

enum stream_state {
	STREAM_NEW,   /* nothing told yet: is this the first record? */
	STREAM_PREFIX, /* inside a PROXY header */
	STREAM_PLAIN, /* another protocol so far, which may be upgraded */
	STREAM_TLS,
	STREAM_LOST, /* position lost: a chain of records is looked for */
	STREAM_NOT,
};

struct header {
	uint8_t type, minor;
	uint16_t length;
};

struct stream {
	uint8_t state;
	uint8_t head_bytes;
	uint8_t head[HEAD_BYTES]; /* collected across segments */
	bool copy;		  /* the current body is told */
	bool lost;		  /* the position was, since the last record */
	bool after_gap;		  /* it was before the current record */
	bool first;		  /* no byte was consumed before `head` */
	bool proxied;		  /* it began with a PROXY header */
	struct header now;	  /* the current record's */
	uint16_t body_left;	  /* bytes of its body to come, or of a PROXY header */
	uint16_t body_offset;
	uint8_t evidence; /* while LOST: headers that fit each other */
	struct header candidate[2];
	uint32_t plain_bytes; /* of another protocol, or looked through while LOST */
	uint16_t plain_segments;
	struct ssl2 *ssl2; /* an SSLv2 hello that is not whole yet */
	struct tt_dir_totals totals;
};

/* What the machine tells, and asks, its connection. */
struct records_out {
	void *arg;
	int side;
	int64_t time_ns;
	bool announced; /* the connection is known to be TLS */
	bool peer_tls;	/* the other direction is */
	bool hopeless;	/* it speaks HTTP; set by the machine */
	bool sealed;	/* bodies that only keys can read are wanted too */
	/* `bytes` bytes of the body of the newest record; 0: its header alone. */
	void (*record)(struct records_out *out, const struct stream *s, const uint8_t *body,
		       uint16_t bytes);
	void (*alert_due)(struct records_out *out); /* before the record of an alert */
	void (*lost)(struct records_out *out);	    /* the position is */
};

/* Bytes that follow those before. Most are of a body: one comparison, and out. */
void records_bytes(struct stream *s, struct records_out *out, const uint8_t *data, uint32_t bytes);
/* Bytes that were sent but not seen. */
void records_gap(struct stream *s, struct records_out *out, uint32_t bytes);
/* No more will come: tell of a record whose header alone was seen. */
void records_end(struct stream *s, struct records_out *out);
void records_free(struct stream *s);

/* For begin.c and detect.c: a whole header is counted and remembered; and told. */
void record_count(struct stream *s, struct records_out *out, struct header header);
void record_begin(struct stream *s, struct records_out *out, struct header header);

/* A record is in order or not: what a header may hold where one is due. */
static inline bool header_read(const uint8_t *p, struct header *h)
{
	*h = (struct header){ p[0], p[2], (uint16_t)(p[3] << 8 | p[4]) };
	return h->type >= 20 && h->type <= 24 && p[1] == 3 && p[2] <= 4 &&
	       h->length <= 16384 + 2048;
}

#endif /* TT_SOURCE_RECORDS_H */
