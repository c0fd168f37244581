/* SPDX-License-Identifier: GPL-2.0-only */
/* terminal_parts.h - what the files of the terminal sink share. */
#ifndef TT_SINK_TERMINAL_PARTS_H
#define TT_SINK_TERMINAL_PARTS_H

#include "sink/sink.h"

#define RED "\033[1;31m"
#define YELLOW "\033[33m"
#define BOLD "\033[1m"
#define DIM "\033[2m"
#define PLAIN "\033[0m"

#define LINE_BYTES 4096

/* One line of a connection while it is written; terminal_line.c. */
struct line {
	struct sink *sink;
	const char *colour; /* "" none */
	FILE *text;	    /* write what is said here */
	int used, gap;	    /* columns before it, the last of them blank */
	char bytes[LINE_BYTES];
};

/* When, which process, who with whom, the server name; `colour` is used on a terminal only. */
void line_begin(struct line *line, struct sink *sink, const struct fact *fact, const char *colour);
/* The same of no connection. */
void line_plain(struct line *line, struct sink *sink, int64_t time_ns, const char *colour);
/* Ends it. What does not fit beside the rest begins a line of its own, and wraps. */
void line_end(struct line *line);
/* "    label     text" in lines that fit; a label of 9 characters at most. */
void terminal_labelled(struct sink *sink, const char *label, const char *text, const char *colour);
/* A finding's evidence, what it rules out, and the next steps. */
void terminal_reasons(struct sink *sink, const struct finding *finding);
/* Whether the line before was this connection's, so that more of it needs no address. */
bool terminal_is_last(const struct sink *sink, const struct conn *conn);
void terminal_clock(FILE *out, int64_t time_ns); /* "15:04:05.123 " */
/* Numbers of the lines that come with every connection: printf would cost more than all beside them. */
void terminal_number(FILE *out, uint64_t value);
void terminal_tenths(FILE *out, int64_t value, int64_t unit); /* "1.5" of 1500 and 1000 */
void terminal_suite(FILE *out, const struct conn *conn); /* "TLS 1.2 TLS_..." */
const char *terminal_side(enum tls_role role);
int terminal_endpoint(FILE *out, const struct endpoint *endpoint);
const char *terminal_colour(const struct sink *sink, const char *colour); /* "" without */

/* The records that led to a failure, and the failure as the last row; terminal_ladder.c. */
void terminal_ladder(struct sink *sink, const struct fact *fact);

/*
 * How often the same two ends have failed for the same reasons since *first_ns, within a minute;
 * 0: not often enough to say it in fewer words. terminal_again.c.
 */
unsigned int terminal_again(const struct fact *fact, const struct finding *finding, int64_t *first_ns);

/* A failed connection in one block, or a line for what works; terminal_block.c. */
void terminal_finding(struct sink *sink, const struct fact *fact, const struct finding *finding);
void terminal_connection(struct sink *sink, const struct fact *fact);
void terminal_io(struct sink *sink, const struct fact *fact, const struct io_call *io);
void terminal_coverage(struct sink *sink, const struct fact *fact,
		       const struct coverage *coverage);

/*
 * What was said of one end of a connection, so that the other, when it is on this host too,
 * need not say it again; terminal_told.c. The newest connections are remembered.
 */
struct told {
	uint64_t id; /* the connection's */
	uint32_t pid;
	char comm[16];
	bool established, broken; /* broken: a fault was told of */
	bool over; /* how one that stalled ended */
	uint16_t alert;		 /* 1 + the description of a fatal one */
	uint8_t close, close_by; /* 1 + the kind */
	const char *codes[4];	 /* of findings */
};

/*
 * What this end has said, to be noted there: never NULL, but forgotten where no ClientHello
 * makes the connection known. *other: what the other end has said, NULL: it is not known here.
 */
struct told *told_by(const struct conn *conn, const struct told **other);
/*
 * Lines of a connection that a finding may be about to explain, terminal_held.c: they are
 * written a moment later, unless the block that says the same comes before.
 */
struct sink *held_begin(struct sink *sink, uint64_t id); /* write the line here instead */
void held_end(struct sink *held);
void held_drop(uint64_t id);
void held_release(struct sink *sink, uint64_t id); /* write them now */
void held_settle(struct sink *sink, bool all);

void told_code(struct told *own, const char *code);
bool told_has(const struct told *told, const char *code); /* of NULL: no */
void terminal_other_end(FILE *out, const struct told *told); /* "the other end of curl[7]" */

#endif /* TT_SINK_TERMINAL_PARTS_H */
