/* SPDX-License-Identifier: GPL-2.0-only */
/* library.c - what the TLS library inside the process adds to what the wire shows. */
#include "library/errors.h"

#include <stdio.h>
#include <string.h>

#include "track/state.h"

#define WARNING 1
#define FATAL 2
#define PROTOCOL_VERSION_ALERT 70

/*
 * The library has shown the alert itself, and now its error says the same; or its sender's end
 * has told of it before: a fatal one comes once.
 */
static bool told_before(const struct session *s, int64_t time_ns, const struct alert *a)
{
	const struct alert *last = &s->conn.last_alert;

	for (int i = 0; a->level == FATAL && i < s->conn.alert_count; i++)
		if (s->conn.alerts[i].level == FATAL && s->conn.alerts[i].sender == a->sender &&
		    s->conn.alerts[i].description == a->description)
			return true;
	return last->time_ns && last->readable && last->by_library && last->sent == a->sent &&
	       last->description == a->description && time_ns - last->time_ns < TRACK_WITNESS_NS;
}

/*
 * An alert that the library sends or has got. Of another one on the wire it is the witness.
 * `seen`: the alert itself was, else it follows from an error.
 */
static void alert_of(struct session *s, const struct track_out *out, int64_t time_ns,
		     uint8_t level, int description, bool sent, bool seen)
{
	const struct library_error *e = &s->conn.error;
	int dir = sent ? TT_SENT : TT_RECEIVED;
	bool by_error = sent && e->library && (!seen || e->sends == description);
	struct alert alert = { .level = level, .description = (uint8_t)description,
			       .readable = true, .by_library = true, .sent = sent,
			       .derived = !seen,
			       .unsure = (!seen && e->guessed) || (sent && e->broken),
			       .peer_gone = sent && level == FATAL && e->ends_quietly &&
					    (by_error || e->sends < 0),
			       .in_handshake = by_error && e->handshake,
			       .encrypted = s->encrypted[dir] || session_tls13(s),
			       .sender = sender_of(s, dir) };

	/* In the clear the wire has told all of it. */
	if (!s->encrypted[dir] && !s->waiting[dir].by_wire && !sent)
		return;
	if (told_before(s, time_ns, &alert))
		return;
	/* The wire's own may be what waits: then this is its other witness. */
	alert.by_wire = session_tls13(s) && !sent && alert_ends(s, dir) &&
			!s->waiting[dir].by_wire;
	alert_after(s, -1, &alert);
	alert_told(s, out, time_ns, &alert);
}

/* The path of a source file begins where the library was built. */
static void copy_text(char to[LIBRARY_TEXT_BYTES], const char from[TT_PLACE_BYTES])
{
	size_t skip = 0;

	while (!strncmp(from + skip, "../", 3))
		skip += 3;
	snprintf(to, LIBRARY_TEXT_BYTES, "%.*s", (int)(TT_PLACE_BYTES - skip), from + skip);
}

/* An alert that nobody could read waits for such a word. */
static bool borne_out(const struct session *s, const struct library_error *e)
{
	const struct alert *waiting = &s->waiting[e->received < 0 ? TT_SENT : TT_RECEIVED];

	return waiting->by_wire && !waiting->readable;
}

/* The wire has told of it: it came first, and in the clear. */
static bool was_told(const struct session *s, int description)
{
	const struct alert *a = &s->conn.last_alert;

	return a->time_ns && a->sent && a->by_wire && a->readable && a->description == description;
}

/* The session's new error, and the alert that goes with it. */
static void tell_error(struct session *s, const struct track_out *out, int64_t time_ns)
{
	const struct library_error *error = &s->conn.error;

	out->error(out->arg, time_ns, &s->conn);
	/* A guess needs the wire to agree. */
	if (error->guessed && session_tls13(s) && !borne_out(s, error))
		return;
	if (error->received >= 0)
		alert_of(s, out, time_ns, FATAL, error->received, false, false);
	else if (error->sends >= 0 && !was_told(s, error->sends) &&
		 (s->encrypted[TT_SENT] || library_tells_later(error->library) ||
		  (session_tls13(s) && library_seals_early(error->library))))
		alert_of(s, out, time_ns, FATAL, error->sends, true, false);
}

static void error_of(struct session *s, const struct track_out *out, int64_t time_ns,
		     const struct tt_ev_library *e, const char *library, const char *version)
{
	struct library_error *error = &s->conn.error, before = *error;

	*error = (struct library_error){ .library = library, .time_ns = time_ns, .line = e->line,
					 .verify = e->verify, .guessed = e->guessed,
					 .handshake = e->call == TT_CALL_HANDSHAKE,
					 .call = library_call_name(library, e->call) };
	snprintf(error->version, sizeof(error->version), "%s", version);
	copy_text(error->source, e->source);
	copy_text(error->function, e->function);
	library_error_read(error, e->code, session_tls13(s));
	/* After the first record libssl says so of what is no record; of the first one nothing. */
	if (error->not_tls && s->conn.established)
		error->sends = PROTOCOL_VERSION_ALERT;
	/* What a program overhears while it hangs up matters to nobody. */
	if (e->call == TT_CALL_SHUTDOWN && error->received < 0) {
		*error = before;
		return;
	}
	tell_error(s, out, time_ns);
}

/* The stream is over: if the wire has an alert that it cannot read, that was close_notify. */
static void go_end_of(struct session *s, const struct track_out *out, int64_t time_ns)
{
	const struct alert *waiting = &s->waiting[TT_RECEIVED];

	if (waiting->by_wire && !waiting->readable)
		alert_of(s, out, time_ns, WARNING, 0, false, true);
}

static void go_error_of(struct session *s, const struct track_out *out, int64_t time_ns,
			const struct tt_ev_library *e, const char *version)
{
	char text[sizeof(e->text)];
	struct go_said said = { .alert = e->code, .received = e->level, .type = e->line,
				.number = e->verify, .text = text,
				.handshake = e->call == TT_CALL_HANDSHAKE };
	struct library_error *error = &s->conn.error;

	if (said.received && !said.alert) {
		go_end_of(s, out, time_ns);
		return;
	}
	snprintf(text, sizeof(text), "%.*s", (int)sizeof(text) - 1, e->text);
	*error = (struct library_error){ .library = "go", .time_ns = time_ns, .guessed = e->guessed,
					 .handshake = e->call == TT_CALL_HANDSHAKE,
					 .call = library_call_name("go", e->call) };
	snprintf(error->version, sizeof(error->version), "%s", version);
	library_go_read(error, &said);
	tell_error(s, out, time_ns);
}

bool library_saw_all(const struct session *s, const struct track_out *out)
{
	const struct conn *c = &s->conn;

	return session_tls13(s) && c->has_io && c->io_complete && c->library &&
	       !strcmp(c->library, "openssl") && out->sealed && out->sealed(out->arg, c->first_ns);
}

/*
 * OpenSSL completes the chain that an end is about to send by verifying it too: a server does so
 * before its ServerHello leaves, a client after it has judged the server's.
 */
static bool of_own_chain(const struct conn *c, const struct tt_ev_library *e)
{
	return c->role == ROLE_SERVER ? !c->server.seen : c->role == ROLE_CLIENT && e->level;
}

void session_library(struct session *s, const struct track_out *out, int64_t time_ns,
		     const struct tt_ev_library *e)
{
	const char *library = NULL;
	char version[32] = "";

	if (!out->library || !out->library(out->arg, e->file, &library, version))
		return;
	if (!e->guessed)
		s->conn.library = library;
	if (e->fact == TT_LIBRARY_ERROR) {
		error_of(s, out, time_ns, e, library, version);
	} else if (e->fact == TT_LIBRARY_GO_ERROR) {
		go_error_of(s, out, time_ns, e, version);
	} else if (e->fact == TT_LIBRARY_VERDICT) {
		if (of_own_chain(&s->conn, e))
			return;
		memcpy(s->conn.verdict.version, version, sizeof(version));
		library_verdict_read(&s->conn.verdict, e->code);
	} else if (e->fact == TT_LIBRARY_SHORT) {
		s->short_ns = time_ns;
	} else if (e->fact == TT_LIBRARY_ALERT || e->fact == TT_LIBRARY_ALERT_RECEIVED) {
		alert_of(s, out, time_ns, e->level, e->code & 0xff, e->fact == TT_LIBRARY_ALERT, true);
	}
}
