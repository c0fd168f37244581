/* SPDX-License-Identifier: GPL-2.0-only */
/* ends.c - rules for what an end says of itself or of the other's messages, and for silence. */
#include <string.h>

#include "diagnose/facts.h"
#include "model/names.h"

/* A program's own check of the certificate has no better code in OpenSSL (X509_V_ERR_UNSPECIFIED). */
static bool may_judge(const struct facts *f)
{
	return f->by == ROLE_CLIENT && f->conn->server.seen && !f->conn->established && !f->conn->resumed && !f->reason;
}

bool rule_internal(const struct facts *f, struct finding *out)
{
	if (f->code != INTERNAL_ERROR)
		return false;
	title(out, "The %s failed for a reason of its own, which its alert does not tell.", end_name(f->by));
	out->confidence = CONFIDENCE_CERTAIN;
	say_alert_fact(f, out);
	say_sha1(f, out);
	if (may_judge(f))
		say(&out->evidence, "It answers the server's flight: where the program refuses the certificate by itself (haproxy's verifyhost, stunnel's checkHost) OpenSSL sends this alert.");
	else
		say(&out->ruled_out, "The %s's messages as such: there are other codes for those.",
		    end_name(other_end(f->by)));
	say(&out->next_steps, "Read the %s's error log at this time: memory, a key that cannot be used, a callback that failed.",
	    end_name(f->by));
	return true;
}

/* Of a version that was agreed on only a record's header can still be refused. */
static bool blames_version(const struct facts *f)
{
	return f->code == PROTOCOL_VERSION && version_agreed(f);
}

static bool blames_message(int code)
{
	return code == UNEXPECTED_MESSAGE || code == RECORD_OVERFLOW || code == ILLEGAL_PARAMETER ||
	       code == DECODE_ERROR || code == MISSING_EXTENSION || code == UNSUPPORTED_EXTENSION;
}

static void say_answered(const struct facts *f, struct finding *out)
{
	const struct past_record *r = f->answered;
	const char *type = r ? record_type_name(r->type) : NULL;
	const char *message = NULL;

	if (!r)
		return;
	if (r->message_count && r->message_count <= 4)
		message = handshake_type_name(r->messages[r->message_count - 1]);
	say(&out->evidence, "It follows the %s's %s%s%s (%u bytes).", end_name(other_end(f->by)),
	    r->encrypted ? "protected " : "", message ? message : type ? type : "record",
	    message ? " message" : "", r->length);
}

/* RFC 8446 4.1.3: the client must refuse both. */
static void say_not_offered(const struct facts *f, enum tls_role by, struct finding *out)
{
	const struct conn *c = f->conn;
	const struct client_hello *hello = &c->client;
	const char *cipher = cipher_name(c->server.cipher), *group = group_name(c->server.group);

	if (by != ROLE_CLIENT || !hello->seen || !c->server.seen)
		return;
	if (!is_offered(&hello->ciphers, c->server.cipher))
		say(&out->evidence, "The server chose the cipher suite %s, which the client did not offer.",
		    cipher ? cipher : "with an unregistered number");
	if (c->server.group && hello->groups.count && !is_offered(&hello->groups, c->server.group))
		say(&out->evidence, "The server chose the group %s, which the client did not offer.",
		    group ? group : "with an unregistered number");
}

bool rule_malformed(const struct facts *f, struct finding *out)
{
	const char *type;
	char words[24];

	if ((!blames_message(f->code) && !blames_version(f)) || f->peer_gone)
		return false;
	title(out, "The %s refuses a %s of the %s: %s.", end_name(f->by), blames_version(f) ? "record" : "message",
	      end_name(other_end(f->by)), alert_name(f->code));
	out->confidence = CONFIDENCE_LIKELY;
	say_alert_fact(f, out);
	if (blames_version(f)) {
		say(&out->evidence, "The server had chosen %s, which the client offers: what is refused is the version in a record's header.",
		    version_words(f->conn->server.version, words));
		say(&out->ruled_out, "No version in common: one was agreed on.");
	}
	say_answered(f, out);
	say_not_offered(f, f->by, out);
	type = f->conn->malformed ? handshake_type_name(f->conn->malformed_type) : NULL;
	if (f->conn->malformed)
		say(&out->evidence, "The lengths inside a %s message do not agree.", type ? type : "handshake");
	say(&out->next_steps, "tlstrace --records shows each message; compare with another client or server of the same version.");
	return true;
}

static bool silent(const struct facts *f)
{
	return !f->alert && f->conn->close_by != ROLE_UNKNOWN;
}

/* RFC 8446 6.1: a warning, with close_notify or the end behind it. */
static bool canceled(const struct conn *c, enum tls_role by)
{
	for (int i = 0; i < c->alert_count; i++)
		if (c->alerts[i].description == USER_CANCELED && c->alerts[i].sender == by)
			return true;
	return false;
}

bool rule_reset(const struct facts *f, struct finding *out)
{
	bool gone = canceled(f->conn, f->conn->close_by);

	if (!silent(f) || f->conn->close != CLOSE_RESET)
		return false;
	if (gone)
		title(out, "The %s gave up the handshake: it said user_canceled, and reset the connection.",
		      end_name(f->conn->close_by));
	else
		title(out, "The %s reset the connection during the handshake, without an alert.",
		      end_name(f->conn->close_by));
	out->confidence = CONFIDENCE_CERTAIN;
	say_last(f, out);
	say_not_offered(f, f->conn->close_by, out);
	if (!gone)
		say(&out->evidence, "Why is not on the wire: a crash, a firewall, a limit or a closed socket look the same.");
	say(&out->next_steps, "Read the %s's log at this time, and the counters of a firewall or balancer between.",
	    end_name(f->conn->close_by));
	return true;
}

bool rule_closed(const struct facts *f, struct finding *out)
{
	bool by_notice = f->alert && f->code == CLOSE_NOTIFY_ALERT;
	enum tls_role by = by_notice ? f->by : f->conn->close_by;

	bool gone;

	if (f->peer_gone)
		by = other_end(f->alert ? f->by : f->conn->role);
	else if (!by_notice && (!silent(f) || (f->conn->close != CLOSE_FIN && f->conn->close != CLOSE_NOTIFY)))
		return false;
	gone = canceled(f->conn, by);
	if (gone)
		title(out, "The %s gave up the handshake: it said user_canceled, and closed the connection.", end_name(by));
	else
		title(out, "The %s closed the connection during the handshake, without saying why.",
		      end_name(by));
	out->confidence = CONFIDENCE_CERTAIN;
	if (f->peer_gone)
		say_library(f, out);
	if (by_notice)
		say(&out->evidence, "It sent close_notify, which says that nothing more will come and not why.");
	say_last(f, out);
	say_not_offered(f, by, out);
	if (!gone)
		say(&out->evidence, "Why is not on the wire: a time limit, a user who gave up or a crash look the same.");
	say(&out->next_steps, "Read the %s's log at this time.", end_name(by));
	return true;
}

/* RFC 4821: a path that drops large packets lets the small ones pass. */
#define LARGE_BYTES 1200

bool rule_stalled(const struct facts *f, struct finding *out)
{
	const struct conn *c = f->conn;
	const struct side_totals *server = &c->totals[c->role != ROLE_SERVER];
	bool large = c->client.seen && !c->server.seen && c->client_hello_bytes > LARGE_BYTES;
	bool flight = c->server.seen && server->bytes > LARGE_BYTES && c->retransmits;

	if (f->alert || !c->stalled || c->failed)
		return false;
	title(out, "The handshake does not go on: no record came for %.1f s.",
	      (f->time_ns - c->last_record_ns) / 1e9);
	out->confidence = CONFIDENCE_CERTAIN;
	say_last(f, out);
	if (c->retransmits)
		say(&out->evidence, "%u segments were sent again.", c->retransmits);
	if (large)
		say(&out->evidence, "The ClientHello has %u bytes, more than one packet on many paths: if large packets are lost there, the path's MTU is at fault.",
		    c->client_hello_bytes);
	if (flight)
		say(&out->evidence, "The server's flight (its Certificate is most of it) has %llu bytes, more than one packet: if it is what is sent again and does not arrive, the path's MTU is at fault.",
		    (unsigned long long)server->bytes);
	say(&out->ruled_out, "A refusal by either end: neither an alert nor the end of the connection came.");
	say(&out->next_steps, "ss -tino dst %s", f->server);
	if (large || flight)
		say(&out->next_steps, "tracepath -n %s", f->address);
	say(&out->next_steps, "Look at what the end whose turn it is waits for: its log, its threads, a resolver or an OCSP responder that does not answer.");
	return true;
}

/* TLS 1.3: the client's first protected word is an alert, behind the server's whole flight. */
static bool refuses_flight(const struct facts *f)
{
	return f->alert && f->code < 0 && f->by == ROLE_CLIENT && is_tls13(f->conn->server.version) &&
	       !f->conn->established && f->answered && f->answered->encrypted && !f->conn->server.psk;
}

bool rule_unexplained(const struct facts *f, struct finding *out)
{
	title(out, "The handshake failed and what was seen does not tell why.");
	out->confidence = CONFIDENCE_POSSIBLE;
	say_alert_fact(f, out);
	if (!f->alert || f->code < 0)
		say_last(f, out);
	say_answered(f, out);
	if (refuses_flight(f))
		say(&out->evidence, "It answers the server's flight, whose Certificate is hidden as well: a certificate that is refused ends like this, and so does all else that is wrong in that flight.");
	if (f->alert && f->code < 0)
		say(&out->next_steps, "The error log of either end tells the code; with a key log of the session, tlstrace read --keylog FILE reads it from a capture.");
	else
		say(&out->next_steps, "The error logs of both ends at this time would decide it.");
	return true;
}
