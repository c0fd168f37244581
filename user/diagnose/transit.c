/* SPDX-License-Identifier: GPL-2.0-only */
/* transit.c - rules for both ends compared: what left one and what arrived at the other. */
#include <stdio.h>
#include <string.h>

#include "diagnose/facts.h"
#include "model/names.h"

enum { CERTIFICATE = 11 }; /* RFC 8446 4 */

/* "handshake record (server_key_exchange)", "protected handshake record". */
static const char *record_words(const struct difference *d, char text[96])
{
	const char *type = record_type_name(d->type);
	const char *message = d->has_message ? handshake_type_name(d->message) : NULL;

	snprintf(text, 96, "%s%s record%s%s%s", d->is_protected ? "protected " : "",
		 type ? type : "unknown", message ? " (" : "", message ? message : "",
		 message ? ")" : "");
	return text;
}

static const char *what_happened(const struct difference *d)
{
	switch (d->kind) {
	case DIFFERENCE_LENGTH: return "arrived with another length or type";
	case DIFFERENCE_LOST: return "did not arrive";
	case DIFFERENCE_ADDED: return "arrived and was not sent";
	case DIFFERENCE_REPEATED: return "arrived twice";
	case DIFFERENCE_SWAPPED: return "arrived after the one behind it";
	default: return "arrived with other bytes";
	}
}

void say_difference(const struct facts *f, struct finding *out)
{
	const struct difference *d = &f->conn->difference;
	enum tls_role sender = d->sender;
	char words[96];

	if (!d->kind)
		return;
	say(&out->evidence, "Both ends were seen and compared: record %u of the %s, a %s of %u bytes, %s.",
	    d->index + 1, end_name(sender), record_words(d, words), d->length, what_happened(d));
	if (d->kind == DIFFERENCE_BYTES)
		say(&out->evidence, "The first byte that differs is number %u of the record's body; the length is the same.",
		    d->offset + 1);
	else if (d->kind == DIFFERENCE_LENGTH)
		say(&out->evidence, "It left the %s with %u bytes and arrived with %u.", end_name(sender),
		    d->length, d->arrived_length);
	if (d->compared)
		say(&out->evidence, "%u other record%s the same at both ends.", d->compared,
		    d->compared == 1 ? " is" : "s are");
	if (d->other_connection && d->between_pid)
		say(&out->evidence, "The ends do not share a TCP connection: the process %.16s (%u) is between them and passes the bytes on.",
		    d->between, d->between_pid);
	else if (d->other_connection)
		say(&out->evidence, "The ends do not share a TCP connection: somebody between them passes the bytes on.");
}

static void next(const struct facts *f, struct finding *out)
{
	const struct difference *d = &f->conn->difference;

	if (d->between_pid)
		say(&out->next_steps, "tr '\\0' ' ' </proc/%u/cmdline; ls -l /proc/%u/exe", d->between_pid,
		    d->between_pid);
	else
		say(&out->next_steps, "nft list ruleset | grep -n queue; tc filter show dev lo; bpftool net");
	say(&out->next_steps, "Look at what handles the bytes between the two sockets: a proxy, a packet filter with a queue to user space, a program at tc or XDP.");
}

static bool of_sequence(const struct difference *d)
{
	return d->kind == DIFFERENCE_LOST || d->kind == DIFFERENCE_ADDED ||
	       d->kind == DIFFERENCE_REPEATED || d->kind == DIFFERENCE_SWAPPED;
}

bool rule_sequence(const struct facts *f, struct finding *out)
{
	const struct difference *d = &f->conn->difference;

	if (!f->conn->established || !of_sequence(d) ||
	    (f->code != BAD_RECORD_MAC && f->code != DECRYPTION_FAILED))
		return false;
	title(out, "A record of the %s %s, so the %s could not verify the next one.", end_name(d->sender),
	      what_happened(d), end_name(other_end(d->sender)));
	out->confidence = CONFIDENCE_CERTAIN;
	say_alert_fact(f, out);
	say_difference(f, out);
	say(&out->ruled_out, "Different keys: the handshake was complete, and records before this one were verified.");
	say(&out->ruled_out, "Bytes changed inside a record: its number counts in its protection, so a record that is missing or repeated fails as one that was altered.");
	next(f, out);
	return true;
}

/* Alerts for what does not decode or verify; others have a reason of their own. */
static bool may_follow(const struct facts *f)
{
	switch (f->code) {
	case UNEXPECTED_MESSAGE:
	case BAD_RECORD_MAC:
	case DECRYPTION_FAILED:
	case RECORD_OVERFLOW:
	case ILLEGAL_PARAMETER:
	case DECODE_ERROR:
	case DECRYPT_ERROR:
	case MISSING_EXTENSION:
	case UNSUPPORTED_EXTENSION:
	case CLOSE_NOTIFY_ALERT: return true;
	case BAD_CERTIFICATE:
	case UNSUPPORTED_CERTIFICATE:
	case CERTIFICATE_EXPIRED:
	case CERTIFICATE_UNKNOWN:
	case UNKNOWN_CA:
		return f->conn->difference.has_message && f->conn->difference.message == CERTIFICATE;
	default: return f->code < 0;
	}
}

bool rule_altered(const struct facts *f, struct finding *out)
{
	const struct difference *d = &f->conn->difference;
	char words[96];

	if (!d->kind || !may_follow(f))
		return false;
	title(out, "A %s of the %s was altered on the way: it %s.", record_words(d, words),
	      end_name(d->sender), what_happened(d));
	out->confidence = CONFIDENCE_CERTAIN;
	say_difference(f, out);
	say_alert_fact(f, out);
	say(&out->ruled_out, "Different keys, or a fault of either library: what the %s received is not what the %s sent.",
	    end_name(other_end(d->sender)), end_name(d->sender));
	next(f, out);
	return true;
}
