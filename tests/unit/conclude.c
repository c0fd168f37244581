/* SPDX-License-Identifier: GPL-2.0-only */
/* Conclusions from sizes, from the order of ends, and from reasons; each with its near miss. */
#include <openssl/sslerr.h>

#include "facts_made.h"
#include "wire/infer.h"

static void hints(void)
{
	ok(certificate_hint(0x1302, 69) == HINT_NOT_ASKED && certificate_hint(0x1301, 53) == HINT_NOT_ASKED,
	   "Finished alone: no certificate was asked for");
	ok(certificate_hint(0x1302, 25) == HINT_EMPTY && certificate_hint(0x1303, 61) == HINT_EMPTY &&
		   certificate_hint(0x1305, 17) == HINT_EMPTY,
	   "an empty Certificate, alone or with Finished, with a short tag");
	ok(tls13_alert_bytes(0x1302) == 19 && tls13_alert_bytes(0x1305) == 11, "an alert with a short tag is shorter");
	ok(certificate_hint(0x1302, 85) == HINT_NOT_ASKED && certificate_hint(0x1302, 41) == HINT_EMPTY &&
		   is_padded_finished(0x1302, 85) && is_padded_finished(0x1301, 69) && !is_padded_finished(0x1302, 69),
	   "a client that pads what is no data, as Java does");
	ok(certificate_hint(0x1302, 900) == HINT_SENT && certificate_hint(0x1302, 100) == HINT_UNKNOWN,
	   "a Certificate, and what is neither");
}

/* A server's end of a TLS 1.3 connection that it ended with a record of an alert's size. */
static struct conn ended13(enum certificate_hint hint)
{
	struct conn c = failed_conn();

	c.failed = false;
	c.established = true;
	c.server.version = 0x0304;
	c.certificate_hint = hint;
	c.records_shaking[1] = 5;
	c.totals[1].records = 6;
	return c;
}

static void unseen(void)
{
	struct conn c = ended13(HINT_EMPTY);
	struct alert a = { .sender = S, .encrypted = true, .by_size = true };

	is("client-certificate-required", &c, &a, "an empty Certificate and no answer but an alert");
	ok(said.confidence == CONFIDENCE_LIKELY, "likely");
	c.totals[1].records = 8;
	is("", &c, &a, "not where the server went on");
	c = ended13(HINT_SENT);
	is("client-certificate-rejected", &c, &a, "a Certificate and no answer but an alert");
	c = ended13(HINT_NOT_ASKED);
	is("", &c, &a, "not where none was asked for");
	c = ended13(HINT_SENT);
	a.after_count = 1;
	a.after[0] = (struct past_record){ .type = 23, .length = 19, .encrypted = true, .sender = C };
	is("", &c, &a, "not where the client ended it");
	c = ended13(HINT_EMPTY);
	c.totals[0].gap_bytes = 1;
	a.after_count = 0;
	is("", &c, &a, "not where bytes were not seen");
}

static void mutual(void)
{
	struct conn c = failed_conn();
	struct alert a = fatal(S, 49, 0);

	c.client_certificate_sent = true;
	is("client-certificate-rejected", &c, &a, "access_denied after a certificate");
	c.client_certificate_sent = false;
	is("handshake-failed-unexplained", &c, &a, "access_denied without one");
	a = fatal(S, 50, 0);
	c.client_certificate_requested = true;
	is("client-certificate-required", &c, &a, "GnuTLS's decode_error after an empty one");
	c.client_certificate_requested = false;
	is("malformed-message", &c, &a, "decode_error where none was asked for");
	c.server.version = 0x0304;
	a = fatal(S, 48, 0);
	is("client-certificate-rejected", &c, &a, "TLS 1.3: a server speaks of no other certificate");
	c.certificate_hint = HINT_EMPTY;
	is("client-certificate-required", &c, &a, "of none");
}

static void gone(void)
{
	struct conn c = failed_conn();
	struct alert a = fatal(C, 50, 0), hidden = { .sender = C, .encrypted = true, .sent = true };

	is("malformed-message", &c, &a, "decode_error");
	a.peer_gone = a.after_end = true;
	is("peer-closed-during-handshake", &c, &a, "after the other end had closed");
	ok(!!strstr(said.title, "The server closed"), "who closed");
	is("handshake-failed-unexplained", &c, &hidden, "an alert that nobody can read");
	hidden.peer_gone = true;
	is("peer-closed-during-handshake", &c, &hidden, "the same, after the other end had closed");
	c.stalled = true;
	is("", &c, &hidden, "that it stalled was the finding");
}

static void stray(void)
{
	struct conn c = failed_conn();
	struct alert a = fatal(C, 70, 1), overflow = fatal(C, 22, 1);

	is("malformed-message", &c, &a, "protocol_version in the handshake, once a version was agreed on");
	c.failed = false;
	c.established = true;
	is("record-corrupted-mid-stream", &c, &a, "and after it");
	ok(!!strstr(said.title, "no TLS record"), "as a header that is none");
	is("record-corrupted-mid-stream", &c, &overflow, "record_overflow after it");
}

static void reason(struct conn *c, int number)
{
	c->error.library = "openssl";
	c->error.reason = number;
	c->error.sends = c->error.received = -1;
}

static void proofs(void)
{
	struct conn c = failed_conn();
	struct alert a = fatal(S, 47, 0);

	c.client.psk = true;
	c.client.psk_count = 1;
	is("malformed-message", &c, &a, "illegal_parameter after a ServerHello");
	c.server.seen = false;
	is("resumed-session-keys-differ", &c, &a, "a binder, most likely");
	ok(said.confidence == CONFIDENCE_POSSIBLE, "possible");
	a.description = 51;
	is("resumed-session-keys-differ", &c, &a, "decrypt_error");
	c.client.psk = false;
	is("handshake-failed-unexplained", &c, &a, "not without a key named");
	c = failed_conn();
	a = fatal(C, 51, 0);
	a.after[a.after_count++] = (struct past_record){ .type = 22, .length = 300, .version = 0x0303, .sender = S };
	is("full-handshake-keys-differ", &c, &a, "a signature in the clear");
	c.resumed = true;
	is("handshake-failed-unexplained", &c, &a, "nothing is signed where a session is resumed");
}

static void offers(void)
{
	struct conn c = failed_conn();
	struct alert a = fatal(C, 40, 0);

	c.client.renegotiation_scsv = true;
	is("renegotiation-refused", &c, &a, "the server does not know renegotiation_info");
	c.server.renegotiation_info = true;
	is("handshake-failed-unexplained", &c, &a, "it does");
	reason(&c, SSL_R_NO_RENEGOTIATION);
	is("renegotiation-refused", &c, &a, "the library says so");
	ok(!!strstr(said.title, "The server refuses"), "who refuses");
	reason(&c, SSL_R_DH_KEY_TOO_SMALL);
	is("no-shared-group", &c, &a, "a prime that is too short");
	c = failed_conn();
	c.server.seen = false;
	c.client.psk_external = true;
	a = fatal(S, 40, 0);
	is("psk-identity-unknown", &c, &a, "an identity that is no ticket, and no way without");
	c.client.psk_external = false;
	is("no-shared-cipher", &c, &a, "not for a ticket");
	c = failed_conn();
	reason(&c, SSL_R_CERTIFICATE_VERIFY_FAILED);
	a = fatal(C, 40, 0);
	is("certificate-rejected", &c, &a, "handshake_failure, and the library did not verify it");
}

static bool says(const struct sentences *s, const char *words)
{
	for (int i = 0; i < s->count; i++)
		if (strstr(s->text[i], words))
			return true;
	return false;
}

/* After which message it ended, and whose turn it was. */
static void turns(void)
{
	static const struct {
		const char *history, *turn;
		uint16_t version;
		bool resumed;
	} cases[] = {
		{ "C", "the server's turn", 0x0303, false },
		{ "Cs", "the server's turn: its flight", 0x0303, false },
		{ "Csxkn", "the client's turn: its key exchange", 0x0303, false },
		{ "CsxknG", "the client's turn: its flight", 0x0303, false },
		{ "CsxknGI", "the server's turn: its ChangeCipherSpec", 0x0303, false },
		{ "CsxknGIi", "the server's turn: its Finished", 0x0303, false },
		{ "Csi", "the client's turn: its ChangeCipherSpec", 0x0303, true },
		{ "CsiI", "the client's turn: its Finished", 0x0303, true },
		{ "Cj", "the client's turn: its second ClientHello", 0x0304, false },
		{ "Csi", "the server's turn: the rest of its flight", 0x0304, false },
	};
	struct conn c = failed_conn();
	char line[64];

	c.close = CLOSE_FIN;
	c.close_by = C;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		strcpy(c.history, cases[i].history);
		c.server.version = cases[i].version;
		c.resumed = cases[i].resumed;
		code(&c, NULL);
		snprintf(line, sizeof(line), "%s: %s", cases[i].history, cases[i].turn);
		ok(says(&said.evidence, cases[i].turn), line);
	}
	c.totals[1].app_records = 4;
	code(&c, NULL);
	ok(says(&said.evidence, "4 protected records of the server followed"), "TLS 1.3: what is hidden is not taken for nothing");
}

static void hidden_refusal(void)
{
	struct conn c = failed_conn();
	struct alert a = { .sender = C, .encrypted = true, .sent = true, .after_count = 1 };

	c.server.version = 0x0304;
	a.after[0] = (struct past_record){ .type = 23, .length = 500, .encrypted = true, .sender = S };
	is("handshake-failed-unexplained", &c, &a, "the client answers a hidden flight with a hidden alert");
	ok(says(&said.evidence, "whose Certificate is hidden"), "what it may be is told");
	c.server.psk = true;
	code(&c, &a);
	ok(!says(&said.evidence, "whose Certificate is hidden"), "not where there may be no certificate");
}

static void flights(void)
{
	struct conn c = failed_conn();

	c.failed = false;
	c.stalled = true;
	strcpy(c.history, "Csxkn");
	c.totals[1].bytes = 3000;
	is("handshake-stalled", &c, NULL, "nothing more came");
	ok(!says(&said.evidence, "path's MTU"), "a large flight that was sent once");
	c.retransmits = 2;
	code(&c, NULL);
	ok(says(&said.evidence, "path's MTU") && says(&said.next_steps, "tracepath"), "and one that is sent again");
	c.totals[1].bytes = 900;
	code(&c, NULL);
	ok(!says(&said.evidence, "path's MTU"), "a small one");
}

int main(void)
{
	hints();
	unseen();
	mutual();
	gone();
	stray();
	proofs();
	offers();
	turns();
	flights();
	hidden_refusal();
	return failed;
}
