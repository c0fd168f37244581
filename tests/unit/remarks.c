/* SPDX-License-Identifier: GPL-2.0-only */
/* What deserves a word beside a failure, or without one. */
#include "facts_made.h"

static void remark(const char *wanted, const struct conn *c, enum moment moment, const char *what)
{
	char line[160];
	size_t next = 0;
	bool fires = diagnose_remark(c, moment, 1000, &next, &said);

	snprintf(line, sizeof(line), "%s: %s", *wanted ? wanted : "nothing", what);
	ok(*wanted ? fires && !strcmp(said.code, wanted) : !fires, line);
}

static void remarks(void)
{
	struct conn c = ended(1, true, false);

	remark("", &c, AT_SUCCESS, "TLS 1.2 with a modern suite");
	c.server.version = 0x0302;
	remark("unsafe-protocol", &c, AT_SUCCESS, "TLS 1.1");
	remark("", &c, AT_CLOSE, "said once, not at the close");
	c.server.version = 0x0303;
	c.server.cipher = 0x000a;
	remark("unsafe-protocol", &c, AT_SUCCESS, "3DES");
	c.server.cipher = 0xc02f;
	c.client.ticket_bytes = 160;
	remark("ticket-not-accepted", &c, AT_SUCCESS, "a ticket and a full handshake");
	c.resumed = true;
	remark("", &c, AT_SUCCESS, "a ticket that was taken");
	memcpy(c.server.random + 24, "DOWNGRD\1", 8);
	remark("", &c, AT_SUCCESS, "the sentinel, and a client that offers no more");
	c.client.versions = (struct u16_list){ (const uint8_t *)"\3\4\3\3", 2 };
	remark("downgrade-detected", &c, AT_SUCCESS, "the sentinel, and a client that offers TLS 1.3");
	c.server.random[31] = 0;
	remark("", &c, AT_SUCCESS, "the one for versions below");
	c.client_hello_ns = 1;
	c.established_at_ns = 1 + 1500000000;
	remark("handshake-slow", &c, AT_SUCCESS, "1.5 s");
	c.established_at_ns = 1 + 900000000;
	remark("", &c, AT_SUCCESS, "0.9 s");
	c.close = CLOSE_FIN;
	remark("closed-without-close-notify", &c, AT_CLOSE, "a FIN alone");
	c.alerts[0].level = 2;
	c.alert_count = 1;
	remark("", &c, AT_CLOSE, "a FIN after a fatal alert");
	c.close = CLOSE_NOTIFY;
	c.alert_count = 0;
	remark("", &c, AT_CLOSE, "an orderly close");
	c = failed_conn();
	c.past.other_clients.full_good = 12;
	remark("client-specific", &c, AT_FAILURE, "12 of 12 others work");
	c.past.other_clients.recent_good = 12;
	c.past.other_clients.full_bad = 1;
	remark("client-specific", &c, AT_FAILURE, "a failure of long ago does not count");
	c.past.other_clients.recent_bad = 1;
	remark("", &c, AT_FAILURE, "another fails too");
	c.past.other_clients = (struct tally){ 0 };
	c.past.other_servers.full_good = 5;
	remark("peer-specific", &c, AT_FAILURE, "the client works at other servers");
	c.past.other_clients.full_good = 12;
	remark("client-specific", &c, AT_FAILURE, "others work here, and the client elsewhere");
	c.past.pair.full_good = 1;
	remark("", &c, AT_FAILURE, "it worked here as well");
	c.resumed = true;
	c.past.other_clients.resumed_good = 3;
	remark("client-specific", &c, AT_FAILURE, "it does not resume, and others do");
	c.past.pair.resumed_good = 1;
	remark("", &c, AT_FAILURE, "it has resumed before");
}

int main(void)
{
	remarks();
	return failed;
}
