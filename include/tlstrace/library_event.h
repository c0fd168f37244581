/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * library_event.h - what probes in TLS libraries tell the user half, and the cookies by
 * which the user half tells the kernel half what a place means. Layout rules as in event.h.
 */
#ifndef TLSTRACE_LIBRARY_EVENT_H
#define TLSTRACE_LIBRARY_EVENT_H

#include "tlstrace/event.h"

/* What a probed function tells; a probe's cookie carries it (struct tt_site). */
enum tt_site_kind {
	TT_SITE_CALL = 1,      /* (object, ...): a call that does I/O begins */
	TT_SITE_RETURN = 2,    /* before a return from a call */
	TT_SITE_FREE = 3,      /* (object) */
	TT_SITE_RAISE = 4,     /* OpenSSL 3 (library, reason) */
	TT_SITE_PUT = 5,       /* OpenSSL 1.1 (library, function, reason, file, line) */
	TT_SITE_PLACE = 6,     /* OpenSSL 3 (file, line, function) of the next one raised */
	TT_SITE_VERIFIED = 7,  /* before a return: an X.509 verify result */
	TT_SITE_CONTROL = 15,  /* EVP (context, type, argument, data) */
	TT_SITE_CIPHER = 16,   /* EVP (context, out, out's count, in, count) */
	TT_SITE_CIPHER_OLD = 17, /* EVP (context, out, in, count) */
	TT_SITE_FINAL = 18,    /* EVP (context, ...): the end of a record */
	TT_SITE_KDF = 19,      /* EVP (context, out, count, parameters) */
	TT_SITE_VERIFIED_AT = 14, /* (object): the result is so far into it */
	TT_SITE_ALERT = 8,     /* (object, level, description) is sent */
	TT_SITE_STATUS = 22,   /* GnuTLS (object, ..., status): the chain is judged, into that */
	TT_SITE_STATUS_END = 23, /* before a return: it has been, or an error */
	TT_SITE_ASKED = 24,    /* GnuTLS (object): which alert was received? */
	TT_SITE_ANSWERED = 25, /* before a return: that one */
	TT_SITE_CODE = 9,      /* (code): what of it? GnuTLS asks itself, or the program does */
	TT_SITE_SET = 21,      /* (code): NSS's error is now that */
	TT_SITE_AEAD = 20,     /* NSS (context, ivGen, ...): a record is protected or opened */
	TT_SITE_RANDOM = 10,   /* (bytes, count): random ones are wanted there */
	TT_SITE_RESULT = 13,   /* (object, result): the call before it is over */
	TT_SITE_RANDOM_EX = 12, /* OpenSSL 3 (context, bytes, count) */
	TT_SITE_OUTCOME = 11,  /* before a return: why the call before gave nothing */
};

/* The calls that TT_SITE_CALL can be of, by the meaning that they share. */
enum tt_call_name {
	TT_CALL_NONE,
	TT_CALL_HANDSHAKE,
	TT_CALL_READ,
	TT_CALL_WRITE,
	TT_CALL_SHUTDOWN,
	/* These tell the count apart from the result. */
	TT_CALL_READ_EX,
	TT_CALL_WRITE_EX,
	TT_CALL_PEEK,
	TT_CALL_PEEK_EX,
	/* With flags, of NSPR. */
	TT_CALL_RECV,
	TT_CALL_SEND,
	TT_CALLS
};

enum tt_site_flag {
	TT_SITE_STEPPED = 1, /* on an instruction that the kernel does not emulate: dear */
	TT_SITE_INT = 2,     /* the call's result is an int */
	TT_SITE_BORING = 8,  /* BoringSSL, whose numbers are others than OpenSSL's */
	TT_SITE_POSITIVE = 4, /* only more than 0 is a success, and the count may stand apart */
};

/* A probe's cookie. */
struct tt_site {
	__u8 kind;	/* enum tt_site_kind */
	__u8 call;	/* enum tt_call_name */
	__u16 stack_bytes; /* pushed since the function began; VERIFIED_AT: how far */
	__u16 file;	/* the user half's number of the probed file */
	__u8 flags;	/* enum tt_site_flag */
	__u8 pad;
};

/* What a place in a Go program means; registers as of Go's own calls. */
enum tt_go_kind {
	TT_GO_HANDSHAKE = 1, /* (conn) a handshake begins */
	TT_GO_HANDSHAKE_END, /* before a return: an error, or none */
	TT_GO_READ,	     /* (conn) a record is read, and acted upon */
	TT_GO_READ_END,	     /* before a return: an error, or none */
	TT_GO_ALERT,	     /* (conn, description) is sent */
	TT_GO_IO_READ,	     /* (conn, bytes, count) plaintext is wanted */
	TT_GO_IO_WRITE,	     /* (conn, bytes, count) */
	TT_GO_IO_END,	     /* before a return of either: a count, and an error or none */
};

/* The cookie of a place in a Go program; file as in struct tt_site. */
struct tt_go_site {
	__u8 kind;     /* enum tt_go_kind */
	__u8 number;   /* of the place in its file */
	__u8 restarts; /* a jump which, if it is taken, has the function begin again */
	__u8 stepped;  /* on an instruction that the kernel does not emulate: dear */
	__u16 file;
	__u16 pad;
};

/* How the kernel half finds what an error says in its value. */
enum tt_go_shape {
	TT_GO_NOTHING, /* its type is all */
	TT_GO_BYTE,
	TT_GO_NUMBER,
	TT_GO_TEXT,
	TT_GO_BOTH,	 /* a number, and a text behind it */
	TT_GO_INSIDE,	 /* another error */
	TT_GO_OPERATION, /* what was done, a text, then another error */
};

enum tt_go_error {
	TT_GO_ERROR_OTHER,
#define GO_ERROR(name, method, shape, offset) TT_GO_ERROR_##name,
#include "tlstrace/go_errors.def"
#undef GO_ERROR
	TT_GO_ERRORS
};

/* Addresses in a Go program as it was linked. */
struct tt_go_key {
	__u32 file;
	__u32 number;  /* of a place, + 1; 0: the address is a method's */
	__u64 address; /* of a method, else 0 */
};
struct tt_go_value {
	__u64 address; /* of a place */
	__u16 error;   /* of a method: enum tt_go_error */
	__u16 shape;   /* enum tt_go_shape */
	__u32 offset;
};

enum tt_library_fact {
	TT_LIBRARY_BOUND = 1, /* the connection is this object's */
	TT_LIBRARY_ERROR = 2,
	TT_LIBRARY_ALERT = 3, /* is sent */
	TT_LIBRARY_ALERT_RECEIVED = 5, /* it was opened just now */
	TT_LIBRARY_SHORT = 6, /* as long as one was opened, and is none */
	TT_LIBRARY_RANDOM = 4, /* in `source` and `function`: one of them may be its hello's */
	TT_LIBRARY_GO_ERROR = 7,
	TT_LIBRARY_VERDICT = 9, /* X.509: `code` is the verify result; 0 takes one back */
};

#define TT_FILES_MAX 5000 /* probed files */
#define TT_DATA_BYTES 4096 /* most plaintext that one event carries */
#define TT_RANDOM_BYTES 32
#define TT_PLACE_BYTES 64

/*
 * Of TT_LIBRARY_GO_ERROR: `code` is the alert or -1, `level` 1 if it was received, `line`
 * the error's type (enum tt_go_error), `verify` its number or -1, and its text is in `text`.
 */
struct tt_ev_library {
	struct tt_event head; /* conn_id 0: of no connection that is known */
	__u64 object;
	__u64 touched; /* the TLS connection that the thread read from last, 0: none */
	__u32 pid;
	__u32 file; /* struct tt_site's */
	__s32 code; /* as the library packs or numbers it; of an alert the description */
	__u32 line;
	__s32 verify; /* the last X.509 verify result in the call; -1: none */
	__u8 fact;    /* enum tt_library_fact */
	__u8 call;    /* enum tt_call_name */
	__u8 level;   /* of an alert; of a verdict: 1 if it is not the first one of the call */
	__u8 guessed; /* not inside a call: the thread's last socket */
	union {
		struct {
			char source[TT_PLACE_BYTES]; /* the library's source file, "" when untold */
			char function[TT_PLACE_BYTES];
		};
		char text[2 * TT_PLACE_BYTES];
	};
};

/* One call that moves plaintext. */
struct tt_ev_io {
	struct tt_event head; /* at its end; conn_id 0: the object's, found by its hello */
	__u64 object;
	__u32 pid;
	__u32 file;
	__u64 asked_bytes; /* room, or what there is to write */
	__s64 result;	   /* bytes; below 0: none, GnuTLS's error */
	__u64 took_ns;
	__u32 tid;
	__s32 outcome; /* what SSL_get_error() said of it, -1: nobody asked; of Go a number of its error */
	__u16 data_bytes;
	__u8 call; /* enum tt_call_name */
	__u8 go_error; /* enum tt_go_error */
	__s16 go_alert; /* -1: none */
	__u8 go_remote; /* the alert came from the other end */
	__u8 pad;
	__u8 data[]; /* plaintext; of a failed call of Go the words of its error */
};

struct tt_io_sums {
	__u64 calls, failed; /* failed: those of them that moved nothing */
	__u64 bytes;
	__u64 blocked_ns; /* spent in them */
};

struct tt_ev_io_sums {
	struct tt_event head; /* conn_id 0: the object's */
	__u64 object;
	__u32 pid;
	__u32 file;
	__u32 last; /* of an object: it does no more */
	__u32 missed; /* there were more calls than these */
	struct tt_io_sums dir[2]; /* enum tt_dir */
};

enum tt_secret {
	TT_SECRET_CLIENT_HANDSHAKE = 1,
	TT_SECRET_SERVER_HANDSHAKE = 2,
	TT_SECRET_CLIENT_TRAFFIC = 3,
	TT_SECRET_SERVER_TRAFFIC = 4,
	TT_SECRET_MASTER = 5, /* up to TLS 1.2 */
};

/* For --keylog-out only. */
struct tt_ev_secret {
	struct tt_event head;
	__u64 object;
	__u32 pid;
	__u8 label; /* enum tt_secret */
	__u8 bytes;
	__u8 pad[2];
	__u8 random[TT_RANDOM_BYTES]; /* the client's; of TT_SECRET_MASTER */
	__u8 secret[48];
};

/* Hits of a file's probes. */
struct tt_hits {
	__u64 emulated, stepped;
};

_Static_assert(sizeof(struct tt_site) == 8, "a cookie is 64 bits");
_Static_assert(sizeof(struct tt_go_site) == 8, "a cookie is 64 bits");

#endif /* TLSTRACE_LIBRARY_EVENT_H */
