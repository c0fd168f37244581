/* SPDX-License-Identifier: GPL-2.0-only */
/* state.h - what the files of the state machine share; session.h is its outside. */
#ifndef TT_TRACK_STATE_H
#define TT_TRACK_STATE_H

#include "track/session.h"

enum tls_role sender_of(const struct session *s, int dir);
/* Open before tracing began: how its handshake went nobody saw. */
bool session_handshake_missed(const struct session *s);
bool session_one_sided(const struct session *s);
bool session_tls13(const struct session *s);
bool session_has_begun(const struct conn *c); /* a handshake */
/* Add Zeek's letter of what `dir` sent, unless the handshake is over. */
void add_history(struct session *s, int dir, char letter);
void add_message(struct session *s, int dir, uint8_t type); /* of a handshake, to the history */
/* Tell of the handshake, once. */
void report_handshake(struct session *s, const struct track_out *out, int64_t time_ns);

/* handshake.c: bytes of a plaintext handshake record; an SSLv2 hello's record. */
void handshake_record(struct session *s, const struct track_out *out, int64_t time_ns,
		      const struct tt_ev_record *e);
void sslv2_record(struct session *s, const struct track_out *out, int64_t time_ns,
		  const struct tt_ev_record *e);
/* session.c: a Finished of `dir`; a protected record as it is when nobody can read it. */
void finished_record(struct session *s, const struct track_out *out, int64_t time_ns, int dir);
void hidden_record(struct session *s, const struct track_out *out, int64_t time_ns,
		   const struct tt_ev_record *e);
/* open.c: what a hello, a ChangeCipherSpec, a message mean for the keys. */
void open_client_hello(struct session *s, const struct keylog *log, const struct client_hello *h);
void open_server_hello(struct session *s, const struct server_hello *h);
void open_change(struct session *s, int dir);
void open_message(struct session *s, int dir, uint8_t type);
/* Each record's first event, before all else. */
void open_begin(struct session *s, const struct track_out *out, int64_t time_ns,
		const struct tt_ev_record *e);
/* Part of a protected record; false: it cannot be opened. Else it is told of when whole. */
bool open_record(struct session *s, const struct track_out *out, int64_t time_ns,
		 const struct tt_ev_record *e);
bool open_reads(const struct session *s, int dir); /* every record so far was opened */
void open_end(struct session *s, const struct track_out *out, int64_t time_ns);
void open_free(struct session *s);
/* plain.c: a direction does not begin with TLS. */
void plain_first(struct session *s, const struct tt_ev_first *e, size_t bytes);
/* The kernel half found out whose error this is only when the socket was closed. */
bool plain_joined(const struct session *s, const struct tt_ev_library *e);
/*
 * The connection is over: was it plain text to a server that wants TLS? True when nothing of
 * it is TLS, and nothing is wrong with that.
 */
bool plain_end(struct session *s);
/* resume.c: what was offered and accepted, as far as is known now. */
void offer_from_client(struct conn *c);
void resume_from_server(struct conn *c);
void resume_from_keys(struct session *s, int dir);
/* library.c: no alert of the local end's went past the library's probes. */
bool library_saw_all(const struct session *s, const struct track_out *out);
/* alert.c: a record of alerts; `hidden` when nobody can read it. */
void alert_record(struct session *s, const struct track_out *out, int64_t time_ns,
		  const struct tt_ev_record *e, bool hidden);

/* A TLS 1.3 record that can only be an alert, by its length; false: it is not. */
bool alert_by_size(struct session *s, const struct track_out *out, int64_t time_ns,
		   const struct tt_ev_record *e);
/* The last record of `dir` has the size of a TLS 1.3 alert. An inference. */
bool alert_ends(const struct session *s, int dir);
/* And it came before the other end had closed: as a farewell. */
bool alert_closes(const struct session *s, int dir);
/* Seen on the wire, or said by the library: told now, or when the other has said it too. */
void alert_told(struct session *s, const struct track_out *out, int64_t time_ns,
		struct alert *alert);
bool alert_waits(const struct session *s, int dir);
void alert_tell(struct session *s, const struct track_out *out, int64_t time_ns,
		struct alert *alert); /* now */
/* secrets.c: what keys of the connection are derived from. */
void secret_event(const struct session *s, const struct track_out *out, const struct tt_ev_secret *e);
/* The last records before the newest of `dir` goes into an alert. */
void alert_after(struct session *s, int dir, struct alert *alert);

#endif /* TT_TRACK_STATE_H */
