/* SPDX-License-Identifier: GPL-2.0-only */
/* turn.c - which message came last, and whose turn it was then. */
#include <string.h>

#include "diagnose/facts.h"

#define RECORD_ALERT 21

static bool hello_unfinished(const struct conn *c)
{
	return c->hello_begun && !c->client.seen && !c->server.seen && !c->malformed;
}

/* Zeek's letter of a message, as words. */
static const char *letter_words(char letter)
{
	switch (letter | 0x20) {
	case 'c': return "ClientHello";
	case 's': return "ServerHello";
	case 'j': return "HelloRetryRequest";
	case 'x': return "Certificate";
	case 'k': return "ServerKeyExchange";
	case 'r': return "CertificateRequest";
	case 'n': return "ServerHelloDone";
	case 'y': return "CertificateVerify";
	case 'g': return "ClientKeyExchange";
	case 'i': return "ChangeCipherSpec";
	case 'f': return "Finished";
	default: return NULL;
	}
}

/* Before the ClientHello was answered: a record of which no message could be read is no silence. */
static void say_unanswered(const struct facts *f, struct finding *out)
{
	const struct alert *last = &f->conn->last_alert;

	if (f->conn->server.hello_retry) {
		say(&out->evidence, "It was the server's turn: its HelloRetryRequest was answered, and its ServerHello never came.");
		return;
	}
	for (int i = 0; i < last->after_count; i++)
		if (last->after[i].sender == ROLE_SERVER && last->after[i].type != RECORD_ALERT) {
			say(&out->evidence, "It was the server's turn: it began a record of %u bytes, and no whole message of it was seen.",
			    last->after[i].length);
			return;
		}
	for (int i = 0; i < f->conn->alert_count; i++)
		if (f->conn->alerts[i].sender == ROLE_SERVER) {
			say(&out->evidence, "It was the server's turn: nothing but an alert came from it.");
			return;
		}
	say(&out->evidence, "It was the server's turn: no TLS record came from it, so it said nothing or something that is not TLS.");
}

/* The counters come at the close; before, the last records are there. */
static uint64_t protected_by_server(const struct conn *c)
{
	uint64_t counted = c->totals[c->role != ROLE_SERVER].app_records, last = 0;

	for (int i = 0; i < c->last_alert.after_count; i++)
		last += c->last_alert.after[i].sender == ROLE_SERVER && c->last_alert.after[i].encrypted;
	return counted > last ? counted : last;
}

static void say_turn13(const struct conn *c, bool by_server, struct finding *out)
{
	uint64_t hidden = protected_by_server(c);

	if (by_server && hidden)
		say(&out->evidence, "%llu protected record%s of the server followed: if %s its whole flight, it was the client's turn to send its Finished.",
		    (unsigned long long)hidden, hidden == 1 ? "" : "s", hidden == 1 ? "that was" : "they were");
	else if (by_server)
		say(&out->evidence, "It was the server's turn: the rest of its flight, from EncryptedExtensions to Finished, never came.");
}

/* RFC 5246 7.3: who has to speak after that message. */
static void say_turn(const struct conn *c, char last, struct finding *out)
{
	if (last == 'j')
		say(&out->evidence, "It was the client's turn: its second ClientHello never came.");
	else if (is_tls13(c->server.version))
		say_turn13(c, last & 0x20, out);
	else if (last == 'n')
		say(&out->evidence, "It was the client's turn: its key exchange never came.");
	else if (last == 'I' && c->resumed)
		say(&out->evidence, "It was the client's turn: its Finished never came.");
	else if (last == 'I')
		say(&out->evidence, "It was the server's turn: its ChangeCipherSpec and Finished never came.");
	else if (last == 'i')
		say(&out->evidence, c->resumed ? "It was the client's turn: its ChangeCipherSpec and Finished never came." :
						 "It was the server's turn: its Finished never came.");
	else if (strchr("sxkr", last))
		say(&out->evidence, "It was the server's turn: its flight has no ServerHelloDone yet.");
	else if (strchr("XGY", last))
		say(&out->evidence, "It was the client's turn: its flight is not complete.");
}

/*
 * Of the message that the other end had to answer. An alert is none; nor is a ChangeCipherSpec of
 * TLS 1.3, or before the version is known.
 */
static char last_letter(const struct conn *c)
{
	bool idle = !c->server.seen || c->server.hello_retry || is_tls13(c->server.version);
	size_t length = strlen(c->history);

	while (length && strchr(idle ? "lLiI" : "lL", c->history[length - 1]))
		length--;
	return length ? c->history[length - 1] : 0;
}

void say_last(const struct facts *f, struct finding *out)
{
	char last = last_letter(f->conn);
	const char *words = letter_words(last);

	if (hello_unfinished(f->conn))
		say(&out->evidence, "It was the client's turn: its ClientHello, begun in a record of %u bytes, never came whole.",
		    f->conn->hello_begun);

	if (words)
		say(&out->evidence, "The last readable message was the %s of the %s (history %s).", words,
		    last & 0x20 ? "server" : "client", f->conn->history);
	if (last == 'C')
		say_unanswered(f, out);
	else if (last)
		say_turn(f->conn, last, out);
}
