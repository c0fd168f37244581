/* SPDX-License-Identifier: GPL-2.0-only */
/* alert_wait.c - an alert is told when both have spoken who can, the wire and the library. */
#include <string.h>

#include "library/errors.h"
#include "track/state.h"

#define FATAL 2

bool alert_waits(const struct session *s, int dir)
{
	return s->waiting[dir].by_wire || s->waiting[dir].by_library;
}

bool session_waits(const struct session *s)
{
	return alert_waits(s, TT_SENT) || alert_waits(s, TT_RECEIVED);
}

/* Add what the second witness says. What was readable on the wire stands. */
static void join(struct alert *alert, const struct alert *other)
{
	const struct alert *words = alert->readable && (alert->by_wire || !other->readable) ? alert : other;
	const struct alert *hidden = words == alert ? other : alert;

	/* What nobody could read is not guessed at where there are words. */
	bool gone = words->peer_gone || (hidden->readable && hidden->peer_gone);

	alert->level = words->level;
	alert->description = words->description;
	alert->readable |= other->readable;
	alert->peer_gone = gone;
	alert->after_end |= other->after_end;
	if (other->by_wire) {
		alert->encrypted = other->encrypted;
		alert->decrypted = other->decrypted;
		memcpy(alert->after, other->after, sizeof(alert->after));
		alert->after_count = other->after_count;
	}
	alert->by_wire = alert->by_library = true;
	alert->by_size = false;
	alert->in_handshake |= other->in_handshake;
}

static void tell_waiting(struct session *s, const struct track_out *out, int dir)
{
	struct alert alert = s->waiting[dir];

	/* Its record is one of many of TLS 1.3, and the last: that is all that the wire can say. */
	if (!alert.by_wire && session_tls13(s) && !alert.unsure)
		alert.by_wire = alert_ends(s, dir);
	s->waiting[dir] = (struct alert){ 0 };
	if (alert.by_wire || !alert.unsure)
		alert_tell(s, out, s->waiting_ns[dir], &alert);
}

/* In the order in which they came. */
static void tell_all_waiting(struct session *s, const struct track_out *out)
{
	int first = s->waiting_ns[TT_RECEIVED] < s->waiting_ns[TT_SENT] ? TT_RECEIVED : TT_SENT;

	if (alert_waits(s, first))
		tell_waiting(s, out, first);
	if (alert_waits(s, !first))
		tell_waiting(s, out, !first);
}

/* A warning has no error of the library beside it, nor has what a key log opened. */
static bool has_second_witness(const struct session *s, const struct track_out *out,
			       const struct alert *a)
{
	if (!out->library)
		return false;
	if (a->by_library)
		return a->sent && !a->by_wire; /* what is received was on the wire before */
	if (!a->readable)
		return true;
	if (a->sent) /* the reason, where it comes after its alert */
		return s->conn.library && library_tells_later(s->conn.library) && !a->decrypted &&
		       a->level == FATAL && !s->conn.error.library;
	return s->conn.library && !a->decrypted && a->level == FATAL;
}

/*
 * What follows from an error, and the alert itself, while the wire has yet to come: they are one, and
 * the latter counts, whichever was first. Two that were seen are two.
 */
static bool merge(struct alert *waiting, const struct alert *alert)
{
	bool same = waiting->description == alert->description;

	if (waiting->level == FATAL && (alert->level != FATAL || !(same || waiting->derived || alert->derived)))
		return false;
	waiting->unsure &= alert->unsure;
	if (waiting->level == FATAL && !waiting->derived)
		return true;
	waiting->level = alert->level;
	waiting->description = alert->description;
	waiting->derived = alert->derived;
	return true;
}

void alert_told(struct session *s, const struct track_out *out, int64_t time_ns,
		struct alert *alert)
{
	int dir = alert->sent ? TT_SENT : TT_RECEIVED;
	struct alert *waiting = &s->waiting[dir];

	if (alert_waits(s, dir) && !waiting->by_wire && !alert->by_wire && alert->sent && merge(waiting, alert))
		return;
	if (alert_waits(s, dir) && waiting->by_wire != alert->by_wire) {
		join(waiting, alert);
		if (alert->by_wire)
			s->waiting_ns[dir] = time_ns;
		if (alert->sent && s->conn.error.received < 0)
			s->conn.error.guessed = false; /* the wire agrees */
		tell_waiting(s, out, dir);
		return;
	}
	if (!has_second_witness(s, out, alert)) {
		tell_all_waiting(s, out);
		alert_tell(s, out, time_ns, alert);
		return;
	}
	if (alert_waits(s, dir))
		tell_waiting(s, out, dir);
	*waiting = *alert;
	s->waiting_ns[dir] = time_ns;
}

void session_witness(struct session *s, const struct track_out *out, int64_t time_ns)
{
	if (time_ns - s->waiting_ns[TT_SENT] >= TRACK_WITNESS_NS &&
	    time_ns - s->waiting_ns[TT_RECEIVED] >= TRACK_WITNESS_NS)
		tell_all_waiting(s, out);
}
