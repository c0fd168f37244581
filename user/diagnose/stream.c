/* SPDX-License-Identifier: GPL-2.0-only */
/* stream.c - rules for records that fail after others had been verified. */
#include "diagnose/facts.h"

/* Under TLS 1.3 a client's data may be under way before its Finished is judged. */
static bool few_records(const struct facts *f)
{
	return is_tls13(f->conn->server.version) && f->by == ROLE_SERVER && !f->alert->sent &&
	       f->conn->totals[0].app_records < 5;
}

/* After the handshake only the record layer says these. */
static bool bad_header(const struct facts *f)
{
	return f->code == PROTOCOL_VERSION || f->code == RECORD_OVERFLOW;
}

/* Where what is due is no record header, libraries name it in different ways. */
static bool refuses_record(const struct facts *f, bool broken)
{
	if (f->code == BAD_RECORD_MAC || f->code == DECRYPTION_FAILED || bad_header(f))
		return true;
	return broken && (f->code == PROTOCOL_VERSION || f->code == UNEXPECTED_MESSAGE ||
			  f->code == RECORD_OVERFLOW || f->code == DECODE_ERROR ||
			  f->code == ILLEGAL_PARAMETER);
}

/* The sender's own stream, or what arrived of it, stops being TLS. */
static void say_broken(const struct facts *f, uint64_t bytes, struct finding *out)
{
	const struct process *p = f->conn->process;
	enum tls_role sender = other_end(f->by);

	if (f->alert->sent) {
		say(&out->evidence, "What arrived from the %s is no TLS record any more after %llu bytes of records.",
		    end_name(sender), (unsigned long long)bytes);
		return;
	}
	say(&out->evidence, "What left the socket of the %s%s%.16s%s is no TLS record any more after %llu bytes of records: the process itself wrote it.",
	    end_name(sender), *p->comm ? " (" : "", p->comm, *p->comm ? ")" : "",
	    (unsigned long long)bytes);
	say(&out->ruled_out, "The path between the ends: the bytes are wrong where they leave.");
}

bool rule_mid_stream(const struct facts *f, struct finding *out)
{
	const struct side_totals *side = f->alert ? &f->conn->totals[f->alert->sent] : NULL;
	bool broken = side && side->broken_bytes;

	if (!f->alert || !f->conn->established || !refuses_record(f, broken) ||
	    (!broken && !bad_header(f) && at_first_protected(f)))
		return false;
	title(out, broken ? "The %s could not read a record in mid-stream: the stream stops being TLS, something else was written into it." :
	      bad_header(f) ? "The %s found no TLS record where one had to begin, in mid-stream: there are bytes that no TLS library sent." :
			    "The %s could not verify a record in mid-stream: bytes changed after they were protected.",
	      end_name(f->by));
	out->confidence = broken && !f->alert->sent ? CONFIDENCE_CERTAIN :
			  !broken && !bad_header(f) && few_records(f) ? CONFIDENCE_POSSIBLE : CONFIDENCE_LIKELY;
	say_alert_fact(f, out);
	if (broken)
		say_broken(f, side->broken_bytes - 1, out);
	say(&out->evidence, "The handshake was complete and the %s had sent %llu records: the keys agree.",
	    end_name(other_end(f->by)), (unsigned long long)side->records);
	if (f->conn->difference.compared && !broken)
		say(&out->evidence, "Both ends were seen: %u records, the first ones of each direction, have the same lengths at both.",
		    f->conn->difference.compared);
	say(&out->ruled_out, "Different keys: then the first protected record would have failed.");
	if (!broken)
		say(&out->next_steps, "Look for something that alters data on the path: a middlebox, a network card's offloading (ethtool -K IFACE tso off gro off).");
	say(&out->next_steps, "Look in the %s's process for a write to the socket beside the TLS library: a second thread, a child that inherited it, a debug message.",
	    end_name(other_end(f->by)));
	if (broken && !f->alert->sent && f->conn->process->pid)
		say(&out->next_steps, "strace -f -y -e trace=write,writev,sendto,sendmsg -p %u", f->conn->process->pid);
	say(&out->next_steps, "Compare both ends' bytes: capture at the client and at the server.");
	return true;
}
