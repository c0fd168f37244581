/* SPDX-License-Identifier: GPL-2.0-only */
/* Sessions that are offered and not taken: how many of how many, and when that is a word worth; versions. */
#include "facts_made.h"
#include "track/history.h"

#define MINUTE_NS (60 * 1000000000LL)

/* A handshake that worked, of the same client at the same server. */
static struct conn shook(struct history *h, enum offer offer, bool taken, int64_t time_ns)
{
	struct conn c = ended((uint64_t)time_ns, true, taken);

	c.local.port = 0;
	c.offer = offer;
	c.client.session_id_bytes = offer ? 32 : 0;
	c.client.ticket_bytes = offer == OFFER_TICKET ? 160 : 0;
	history_handshake(h, &c, time_ns);
	return c;
}

static bool remarked(const struct conn *c)
{
	size_t next = 0;

	return diagnose_remark(c, AT_SUCCESS, 1000, &next, &said) && !strcmp(said.code, "ticket-not-accepted");
}

static bool says(const char *text)
{
	for (int i = 0; i < said.evidence.count; i++)
		if (strstr(said.evidence.text[i], text))
			return true;
	return false;
}

static void tickets(struct history *h)
{
	struct conn c = shook(h, OFFER_TICKET, false, 20);

	ok(remarked(&c) && !says("of the kind"), "the first ticket: nothing is counted");
	c = shook(h, OFFER_TICKET, false, 30);
	ok(remarked(&c) && says("offered 2 of the kind to this server, and 0 of 2 were taken.") && !says("several servers"),
	   "the second: none was taken");
	shook(h, OFFER_TICKET, true, 40);
	c = shook(h, OFFER_TICKET, false, 50);
	ok(remarked(&c) && says("offered 4 of the kind to this server, and 1 of 4 were taken: most likely several servers"),
	   "the fourth: n of m, and what it means that some were");
	c = shook(h, OFFER_TICKET, true, 60);
	ok(!remarked(&c), "one that is taken");
}

static void session_ids(struct history *h)
{
	struct conn c = shook(h, OFFER_SESSION_ID, false, 70);

	ok(!remarked(&c), "a session ID where none was ever taken");
	shook(h, OFFER_SESSION_ID, true, 80);
	c = shook(h, OFFER_SESSION_ID, false, 90);
	ok(remarked(&c) && says("1 of 3 were taken"), "one just made, where another was taken");
	c.original.time_ns = 1000 - MINUTE_NS;
	ok(!remarked(&c), "one of a minute ago");
}

/* TLS 1.3 is offered too: its ID may be anything. */
static void known_id(struct history *h)
{
	struct conn c = shook(h, OFFER_NONE, false, 92);

	ok(!c.offered, "no ID");
	c = failed_conn();
	c.client.session_id_bytes = 32;
	memset(c.client.session_id, 7, 32);
	history_handshake(h, &c, 94);
	ok(c.offered && c.offer == OFFER_SESSION_ID && !strcmp(c.resumption_method, "session_id"),
	   "an ID of a session that was seen is an offer");
	c.offered = false;
	c.client.session_id[0] = 8;
	history_handshake(h, &c, 96);
	ok(!c.offered, "another one is none");
}

static void many(struct history *h)
{
	struct conn c;

	for (int i = 0; i < 70000; i++)
		c = shook(h, OFFER_PSK, true, 100 + i);
	ok(c.past.pair.offered[OFFER_PSK] > 30000 && c.past.pair.taken[OFFER_PSK] == c.past.pair.offered[OFFER_PSK],
	   "more than can be counted: the ratio stays");
}

static void versions(void)
{
	static const uint8_t offered[] = { 3, 4, 3, 3 }, newest[] = { 3, 4 };
	struct conn c = failed_conn();
	struct alert a = fatal(S, 70, 0);

	c.server.seen = false;
	is("version-mismatch", &c, &a, "in answer to the ClientHello");
	c.server.seen = true;
	is("malformed-message", &c, &a, "the version that was offered is chosen: a record's is refused");
	ok(says("chosen TLS 1.2, which the client offers"), "it says that one was agreed on");
	a.sender = C;
	c.client.versions = (struct u16_list){ offered, 2 };
	is("malformed-message", &c, &a, "chosen from the list, refused by the client");
	c.client.versions = (struct u16_list){ newest, 1 };
	is("version-mismatch", &c, &a, "not on the list");
	c.client.versions.count = 0;
	c.server.seen = false;
	a = fatal(S, 40, 0);
	c.client.legacy_version = 0x0300;
	is("version-mismatch", &c, &a, "SSL 3 at most, refused with handshake_failure");
	ok(said.confidence == CONFIDENCE_LIKELY && says("offers SSL 3."), "which is likely");
	c.role = ROLE_SERVER;
	a.sent = true;
	c.error = (struct library_error){ .library = "openssl", .reason = 193, .received = -1, .sends = 40 };
	is("no-shared-cipher", &c, &a, "where the library has another reason");
	c.client.legacy_version = 0x0302;
	c.error.reason = 396;
	is("version-mismatch", &c, &a, "the library calls the version too low");
	ok(said.confidence == CONFIDENCE_CERTAIN, "which is certain");
	c = failed_conn();
	a = fatal(C, 70, 0);
	c.server.version = 0x0302;
	is("version-mismatch", &c, &a, "older than the client's newest, and the list is not told");
}

int main(void)
{
	struct history *h = history_new(100, 100);

	shook(h, OFFER_NONE, false, 10);
	tickets(h);
	session_ids(h);
	known_id(h);
	many(h);
	history_free(h);
	versions();
	return failed;
}
