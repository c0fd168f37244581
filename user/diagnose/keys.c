/* SPDX-License-Identifier: GPL-2.0-only */
/* keys.c - rules for records that one end could not verify. */
#include <stdio.h>
#include <openssl/sslerr.h>
#include <string.h>

#include "diagnose/facts.h"
#include "model/names.h"
#include "wire/infer.h"

#define LOCAL_NS 1000000000LL /* an answer within it was not waited for */

/* RFC 5246 7.2.2: decryption_failed was given up so that nobody can tell the two apart. */
static bool could_not_verify(const struct facts *f)
{
	return f->code == BAD_RECORD_MAC || f->code == DECRYPTION_FAILED ||
	       f->code == DECRYPT_ERROR;
}

/* After the client's Finished came nothing from the server but the alert. */
static bool said_no_more(const struct facts *f)
{
	const struct conn *c = f->conn;
	int server = c->role != ROLE_SERVER;

	return c->records_shaking[server] &&
	       c->totals[server].records == c->records_shaking[server] + 1;
}

/* Both Finished went by, but the one that came second was not accepted. */
static bool second_finished(const struct facts *f)
{
	const struct conn *c = f->conn;
	uint64_t data = c->totals[f->alert->sent].app_records;

	if (!f->alert->by_library)
		return false;
	if (f->alert->in_handshake)
		return true;
	if (f->by == ROLE_SERVER && f->error && f->error_by == f->by && !f->error->guessed && f->error->call)
		return false; /* its handshake was over */
	/*
	 * Under TLS 1.3 its Finished is the first that a client protects. A server that has
	 * accepted it goes on, with tickets or data; one that has not sends its alert only.
	 */
	if (f->by == ROLE_SERVER && (is_tls13(c->server.version) || c->resumed) && said_no_more(f))
		return true;
	if (is_tls13(c->server.version))
		return f->by == ROLE_SERVER && data == 1;
	return data == 0 && f->protected_before == 1;
}

/* The alert answers the other end's first protected record, and nothing is missing. */
bool at_first_protected(const struct facts *f)
{
	if (!could_not_verify(f) || !f->answered || !f->answered->encrypted ||
	    f->conn->totals[0].gap_bytes || f->conn->totals[1].gap_bytes)
		return false;
	if (f->conn->established)
		return second_finished(f);
	return f->protected_before == 1 || is_tls13(f->conn->server.version);
}

static const struct past_record *hello_record(const struct facts *f)
{
	for (int i = 0; i < f->alert->after_count; i++)
		for (int k = 0; k < f->alert->after[i].message_count && k < 4; k++)
			if (f->alert->after[i].messages[k] == 2)
				return &f->alert->after[i];
	return NULL;
}

static void say_session_id(const struct facts *f, struct finding *out)
{
	const struct conn *c = f->conn;
	bool same = c->client.seen && c->client.session_id_bytes == c->server.session_id_bytes &&
		    !memcmp(c->client.session_id, c->server.session_id, c->server.session_id_bytes);

	if (!c->server.session_id_bytes)
		return;
	say(&out->evidence, "The ServerHello carries a session ID of %u bytes%s.",
	    c->server.session_id_bytes,
	    !c->client.seen ? "" :
	    same	    ? ", the one that the ClientHello offered: both ends believe that they remember this session" :
			      ", not the one in the ClientHello: the session comes from a ticket");
}

static void say_resumption(const struct facts *f, struct finding *out)
{
	const struct past_record *hello = hello_record(f);

	if (is_tls13(f->conn->server.version)) {
		say(&out->evidence, "The ServerHello accepts a pre-shared key that the client offered: the server resumes a session.");
		return;
	}
	if (hello)
		say(&out->evidence,
		    "The ServerHello (%u bytes) is followed by ChangeCipherSpec without a key exchange: the server believes that it resumes a session.",
		    hello->length);
	else
		say(&out->evidence, "ChangeCipherSpec came without a key exchange: the server believes that it resumes a session.");
	say_session_id(f, out);
}

/* What the length of the record says of the cipher, beside what was agreed on. */
static void say_family(const struct facts *f, struct finding *out)
{
	const struct past_record *r = f->answered;
	const char *family = finished_family(r->version, r->type, r->length);
	const char *cipher = cipher_name(f->conn->server.cipher);

	if (family && cipher && f->conn->server.seen)
		say(&out->evidence, "The protected record of %u bytes has the length of a Finished under %s; the ServerHello chose %s.",
		    r->length, family, cipher);
}

/* ", 72 us after the client last acknowledged" where the capture shows that. */
static const char *acknowledged(const struct facts *f, int64_t took_ns, char text[64])
{
	if (!f->alert->acked_ns || f->alert->acked_ns > took_ns)
		return "";
	snprintf(text, 64, ", %u us after the %s last acknowledged", f->alert->acked_ns / 1000,
		 end_name(f->by));
	return text;
}

static void say_judge(const struct facts *f, struct finding *out)
{
	int64_t took_ns = f->time_ns - f->answered->time_ns;
	char text[64];

	say(&out->evidence, "The %s is the end that could not verify: it sent %s (%d)%s.",
	    end_name(f->by), alert_name(f->code), f->code,
	    f->alert->encrypted ? "" : " in the clear, before it changed its own cipher");
	say_library(f, out);
	if (took_ns >= 0 && took_ns < LOCAL_NS)
		say(&out->evidence, "The alert came %lld us after the record that it answers%s: the failure is computed at the %s, it is no timeout.",
		    (long long)took_ns / 1000, acknowledged(f, took_ns, text), end_name(f->by));
	say(&out->evidence, "%s does not tell a wrong MAC from most other failures to decrypt: libraries report them alike on purpose. Only the %s's own error log tells.",
	    alert_name(f->code), end_name(f->by));
}

static void say_intact(const struct facts *f, struct finding *out)
{
	if (f->conn->altered)
		say(&out->evidence, "%u retransmitted or overlapping segments carried other bytes than the first ones: something alters the stream.",
		    f->conn->altered);
	else
		say(&out->ruled_out, "Bytes changed on the way are less likely: every record and message up to here is well formed.");
}

/* Where both ends are on this host, their bytes were compared. */
static void say_compared(const struct facts *f, struct finding *out)
{
	const struct difference *d = &f->conn->difference;

	if (d->compared && !d->kind)
		say(&out->ruled_out, "A handshake message in the clear that changed on the way: both ends were seen, and %u records have the same lengths at both, those in the clear the same bytes.",
		    d->compared);
}

/* What came before decides between the session and the path, where anything came. */
static void say_before(const struct facts *f, struct finding *out)
{
	const struct tally *t = &f->conn->past.pair;
	bool before;

	say_original(f, out);
	before = say_pair(f, out);
	say_others(f, out);
	if (!before && !f->conn->original.seen)
		say(&out->evidence, "An earlier full handshake of the same two ends that worked, and resumptions that always fail, would decide it.");
	else if (t->full_good && !t->resumed_good && !f->conn->altered)
		say(&out->ruled_out, "A fault of the key exchange, of the cipher suite or of the path: full handshakes of the same two ends work, no resumption does.");
}

bool rule_resumed_keys(const struct facts *f, struct finding *out)
{
	if (!at_first_protected(f) || !f->conn->resumed)
		return false;
	title(out, "The %s could not verify the %s's Finished of a resumed session: the two ends hold different keys for it.",
	      end_name(f->by), end_name(other_end(f->by)));
	out->confidence = f->conn->altered ? CONFIDENCE_POSSIBLE : CONFIDENCE_LIKELY;
	say_resumption(f, out);
	say_family(f, out);
	say_judge(f, out);
	say_intact(f, out);
	say_compared(f, out);
	say_before(f, out);
	say(&out->next_steps, "openssl s_client -connect %s%s -no_ticket -reconnect", f->server, f->name);
	say(&out->next_steps, "openssl s_client -connect %s%s -sess_out session.pem </dev/null; openssl s_client -connect %s%s -sess_in session.pem </dev/null",
	    f->server, f->name, f->server, f->name);
	say(&out->next_steps, "Allow full handshakes only on either side: no session cache and no tickets. If that helps, the stored session is at fault.");
	say(&out->next_steps, "Try another client against this server and this client against another server.");
	say(&out->next_steps, "Compare both ends' bytes: capture at the client and at the server.");
	return true;
}

bool rule_full_keys(const struct facts *f, struct finding *out)
{
	/* decrypt_error is also said of a signature. */
	if (!at_first_protected(f) || f->conn->resumed || !f->conn->server.seen ||
	    (f->code == DECRYPT_ERROR && f->conn->client_certificate_sent))
		return false;
	title(out, f->by == ROLE_CLIENT && is_tls13(f->conn->server.version) ?
			   "The %s could not verify a record of the protected flight of the %s in a full handshake: the two ends computed different keys, or it was altered." :
			   "The %s could not verify the first protected record of the %s after a full handshake: the two ends computed different keys.",
	      end_name(f->by), end_name(other_end(f->by)));
	out->confidence = CONFIDENCE_POSSIBLE;
	say(&out->evidence, "The handshake is a full one: no session was resumed.");
	say_family(f, out);
	say_judge(f, out);
	say_compared(f, out);
	say(&out->evidence, "The keys come from what both ends saw of the handshake: a faulty key exchange, or a hello that was altered on the way, both end like this.");
	say(&out->next_steps, "openssl s_client -connect %s%s </dev/null", f->server, f->name);
	say(&out->next_steps, "Compare both ends' bytes of the hellos and the key exchange: capture at the client and at the server.");
	return true;
}

/* RFC 7627 5.3: both handshakes of a session use the extension, or neither does. */
bool rule_master_secret(const struct facts *f, struct finding *out)
{
	const struct original *o = &f->conn->original;
	bool now = f->conn->server.seen ? f->conn->server.extended_master_secret :
					  f->conn->client.extended_master_secret;

	bool said = f->reason == SSL_R_INCONSISTENT_EXTMS;

	if ((f->code != HANDSHAKE_FAILURE && f->code != ILLEGAL_PARAMETER) ||
	    (!said && (!o->seen || o->inferred || is_tls13(o->version) || is_tls13(f->conn->server.version) ||
		       o->extended_master_secret == now)))
		return false;
	/* Without a ServerHello only the loss of the extension is an error. */
	if (!said && (f->conn->server.seen ? !f->conn->resumed : now))
		return false;
	/* The library has the session, and knows how it was made, also where that was not seen. */
	title(out, "The session was made %s extended master secret and is resumed %s it: the %s must refuse that.",
	      now ? "without" : "with", now ? "with" : "without", end_name(f->by));
	out->confidence = said ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
	say_alert_fact(f, out);
	say_original(f, out);
	say(&out->next_steps, "openssl s_client -connect %s%s -no_ticket -reconnect", f->server, f->name);
	say(&out->next_steps, "Look for workers behind one address that differ in version or configuration of their TLS library.");
	return true;
}
