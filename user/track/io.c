/* SPDX-License-Identifier: GPL-2.0-only */
/* io.c - plaintext that a process moves through its TLS library. */
#include <string.h>

#include "library/errors.h"
#include "track/objects.h"
#include "track/state.h"
#include "track/table.h"

static const char *operation(uint8_t call)
{
	switch (call) {
	case TT_CALL_READ: case TT_CALL_READ_EX: case TT_CALL_RECV: return "read";
	case TT_CALL_WRITE: case TT_CALL_WRITE_EX: case TT_CALL_SEND: return "write";
	case TT_CALL_PEEK: case TT_CALL_PEEK_EX: return "peek";
	default: return NULL;
	}
}

/* The words of a failed call's error, and its alert's number: `said` lasts as long as *io. */
static void go_outcome(const struct tt_ev_io *e, struct io_call *io, struct library_error *said)
{
	char text[2 * TT_PLACE_BYTES] = "";
	struct go_said go = { .alert = e->go_alert, .received = e->go_remote, .type = e->go_error,
			      .number = e->outcome, .text = text };

	memcpy(text, e->data, e->data_bytes < sizeof(text) ? e->data_bytes : sizeof(text) - 1);
	library_go_read(said, &go);
	io->error = *said->text ? said->text : NULL;
	io->has_code = e->go_alert >= 0;
	io->code = e->go_alert;
	io->data_bytes = 0;
}

void session_io(struct session *s, const struct track_out *out, int64_t time_ns,
		const struct tt_ev_io *e)
{
	const char *library = NULL;
	struct io_call io = { .operation = operation(e->call), .asked_bytes = e->asked_bytes,
			      .took_ns = e->took_ns, .pid = e->pid, .thread_id = e->tid,
			      .data = e->data, .data_bytes = e->data_bytes };
	struct library_error said = { .library = "go" };
	char version[32];

	if (!out->io || !io.operation || !out->library ||
	    !out->library(out->arg, e->file, &library, version))
		return;
	s->conn.library = library;
	io.call = library_call_name(library, e->call);
	io.failed = e->result < 0;
	if (io.failed && !strcmp(library, "go"))
		go_outcome(e, &io, &said);
	else if (io.failed)
		io.has_code = library_outcome(library, e->outcome, e->result, &io.code, &io.error);
	else
		io.bytes = (uint64_t)e->result;
	out->io(out->arg, time_ns, &s->conn, &io);
}

void session_io_sums(struct session *s, const struct track_out *out, const struct tt_ev_io_sums *e)
{
	struct conn *c = &s->conn;

	for (int dir = 0; dir < 2; dir++)
		c->io[dir] = (struct io_sums){ .calls = e->dir[dir].calls,
					       .failed = e->dir[dir].failed,
					       .bytes = e->dir[dir].bytes,
					       .blocked_ns = e->dir[dir].blocked_ns };
	c->has_io = true;
	c->io_complete = e->last && !e->missed && !session_handshake_missed(s) && out->probed &&
			 out->probed(out->arg, e->file, c->first_ns);
}

void library_event(struct track *t, const struct tt_event *head, struct session *s,
			  size_t bytes, int64_t time_ns)
{
	const struct tt_ev_io *io = (const void *)head;

	if (head->kind == TT_EV_LIBRARY && bytes >= sizeof(struct tt_ev_library)) {
		/* What ends the handshake here may be the other end's refusal. */
		witness_reason(t, s);
		session_library(s, &t->out, time_ns, (const void *)head);
		t->joined += plain_joined(s, (const void *)head);
		witness_queue(t, s, time_ns);
	} else if (head->kind == TT_EV_IO && bytes >= sizeof(*io) && bytes - sizeof(*io) >= io->data_bytes) {
		session_io(s, &t->out, time_ns, io);
	} else if (head->kind == TT_EV_IO_SUMS && bytes >= sizeof(struct tt_ev_io_sums)) {
		session_io_sums(s, &t->out, (const void *)head);
	} else if (head->kind == TT_EV_SECRET && bytes >= sizeof(struct tt_ev_secret)) {
		secret_event(s, &t->out, (const void *)head);
	}
}
