/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state machine, fed records as the kernel half tells them: history, resumption,
 * establishment, alerts, missing bytes.
 */
#include "feed.h"

static void full12(void)
{
	struct made none = { 0 }, m = client_hello("", &none), params = { 4, { 3, 0, 29, 0 } };
	struct made ticket = { 8, { 0, 0, 1, 0x2c, 0, 2, 9, 9 } }, chain = { 3, { 0, 0, 0 } };

	begin();
	record(C, HANDSHAKE, &m);
	ok(strstr(seen.json, "\"message\":{\"type\":\"client_hello\",\"type_code\":1,") &&
		   strstr(seen.json, "\"sender\":\"client\",\"direction\":\"sent\"") &&
		   strstr(seen.json, "\"client\":{\"random\":") && strstr(seen.json, "\"ja3\":"),
	   "a message as JSON");
	m = server_hello("abcd", 0xc02f, NULL, 0);
	chain = framed(11, &chain);
	params = framed(12, &params);
	add(&m, chain.at, chain.have); /* four messages in one record */
	add(&m, params.at, params.have);
	chain = empty(14);
	add(&m, chain.at, chain.have);
	record(S, HANDSHAKE, &m);
	m = empty(16);
	record(C, HANDSHAKE, &m);
	ccs(C);
	sized(C, HANDSHAKE, 40);
	ok(seen.handshakes == 0, "one Finished is not enough");
	m = framed(4, &ticket);
	record(S, HANDSHAKE, &m);
	ccs(S);
	sized(S, HANDSHAKE, 40);
	ok(seen.handshakes == 1 && !strcmp(seen.history, "CsxknGIti"), "history of a full TLS 1.2 handshake");
	part(S, ALERT, 0x0303, 26, 0, NULL, 0);
	end();
	ok(seen.last.established && !seen.last.resumed && !seen.last.offered, "established, not resumed");
	ok(seen.last.server.group == 29 && seen.last.issued_ticket && seen.last.issued_lifetime_s == 300,
	   "named curve, ticket and its lifetime");
	ok(!strcmp(seen.last.history, "CsxknGIti") && seen.last.close == CLOSE_NOTIFY,
	   "the history ends where the handshake does");
}

static void resumed12(void)
{
	struct made none = { 0 }, m = client_hello("abcd", &none);

	begin();
	record(C, HANDSHAKE, &m);
	m = server_hello("abcd", 0xc02f, NULL, 0);
	record(S, HANDSHAKE, &m);
	ccs(S);
	sized(S, HANDSHAKE, 40);
	ccs(C);
	sized(C, HANDSHAKE, 40);
	end();
	ok(!strcmp(seen.history, "CsiI") && seen.last.resumed && seen.last.established &&
		   !strcmp(seen.method, "session_id"),
	   "session ID resumed");
}

/* A ticket with an empty session ID: only the missing key exchange tells. */
static void ticket12(int accepted)
{
	struct made e = { 0 }, ticket = { 4, { 1, 2, 3, 4 } }, m;

	add_extension(&e, 35, &ticket);
	m = client_hello("", &e);
	begin();
	record(C, HANDSHAKE, &m);
	m = server_hello("", 0xc02f, NULL, 0);
	record(S, HANDSHAKE, &m);
	if (!accepted) {
		m = empty(14);
		record(S, HANDSHAKE, &m);
		m = empty(16);
		record(C, HANDSHAKE, &m);
	}
	ccs(accepted ? S : C);
	sized(accepted ? S : C, HANDSHAKE, 40);
	ccs(accepted ? C : S);
	sized(accepted ? C : S, HANDSHAKE, 40);
	end();
	ok(seen.last.offered && seen.last.resumed == accepted && !strcmp(seen.method, "ticket"),
	   accepted ? "ticket accepted" : "ticket refused: offering is not resuming");
}

static void tls13(int retry, int psk)
{
	struct made e = { 0 }, v = { 3, { 2, 3, 4 } }, m, none = { 0 }, zero = { 2, { 0, 0 } };
	struct made identity = { 13, { 0, 9, 0, 3, 'a', 'b', 'c', 0, 0, 0, 1, 0, 0 } };

	add_extension(&e, 43, &v);
	if (psk)
		add_extension(&e, 41, &identity);
	m = client_hello("compatible", &e);
	begin();
	record(C, HANDSHAKE, &m);
	none = versions13();
	if (retry) {
		struct made again = server_hello("compatible", 0x1301, &none, 1);

		record(S, HANDSHAKE, &again);
		ccs(S);
		ccs(C);
		record(C, HANDSHAKE, &m);
	}
	if (psk)
		add_extension(&none, 41, &zero);
	m = server_hello("compatible", 0x1301, &none, 0);
	record(S, HANDSHAKE, &m);
	ccs(S);
	sized(S, DATA, 900);
	if (!retry)
		ccs(C);
	sized(C, DATA, 53);
	end();
	ok(!strcmp(seen.history, retry ? "CjiICsi" : "CsiI") && seen.last.established,
	   retry ? "history of a TLS 1.3 handshake with HelloRetryRequest" :
		   "history of a TLS 1.3 handshake");
	ok(seen.last.resumed == psk && seen.last.offered == psk && seen.last.hello_retry == retry,
	   psk ? "PSK accepted" : "a session ID for middleboxes is no offer");
}

static void refused(void)
{
	struct made none = { 0 }, m = client_hello("", &none), alert = { 2, { 2, 40 } };

	begin();
	record(C, HANDSHAKE, &m);
	record(S, ALERT, &alert);
	end();
	ok(!strcmp(seen.history, "Cl") && seen.alerts == 1 && seen.last.failed &&
		   !seen.last.established && seen.last.alerts[0].description == 40,
	   "refused by an alert");
}

/* A certificate larger than what is copied, then a message after it. */
static void hole(void)
{
	struct made none = { 0 }, m = client_hello("", &none), head = { 4, { 11, 0, 0x13, 0x88 } };

	begin();
	record(C, HANDSHAKE, &m);
	m = server_hello("", 0xc02f, NULL, 0);
	record(S, HANDSHAKE, &m);
	part(S, HANDSHAKE, 0x0303, 5004, 0, head.at, 4);
	m = empty(14);
	record(S, HANDSHAKE, &m);
	end();
	ok(!strcmp(seen.messages, "client_hello server_hello certificate? server_hello_done "),
	   "bytes that are missing cost one message, not those after it");
}

static void spread(void)
{
	struct made none = { 0 }, m = client_hello("", &none);

	begin();
	for (size_t at = 0; at < m.have; at += 3)
		part(C, HANDSHAKE, 0x0301, m.have - at < 3 ? m.have - at : 3, 0, m.at + at,
		     m.have - at < 3 ? m.have - at : 3);
	end();
	ok(!strcmp(seen.history, "C"), "a message spread over records of 3 bytes");
	begin();
	m.at[4 + 34] = 40; /* session ID of 40 bytes */
	record(C, HANDSHAKE, &m);
	end();
	ok(seen.last.malformed && !strcmp(seen.messages, "client_hello! "), "a length that lies is told");
}

static void inferred(void)
{
	struct made none = { 0 }, m = client_hello("", &none);

	begin();
	record(C, HANDSHAKE, &m);
	sized(S, HANDSHAKE, 74);
	ccs(S);
	part(S, HANDSHAKE, 0x0301, 36, 0, NULL, 0);
	end();
	ok(seen.last.session_id_inferred && seen.last.server_session_id_bytes == 32,
	   "session ID's length from that of a ServerHello nobody saw");
	ok(!strcmp(seen.inference, "stream with HMAC-SHA1"), "cipher family from the first Finished");
}

/* Tracing began after the handshake: protected records are not read as messages. */
static void midstream(void)
{
	struct tt_ev_open open = { .head = { .conn_id = 2, .kind = TT_EV_OPEN }, .midstream = 1 };
	struct made noise = { 40, { 4, 0, 9, 9, 1, 2, 3 } };

	begin();
	open.head.conn_id = 1;
	track_end(track, 0);
	track_event(track, &open, sizeof(open));
	memset(&seen, 0, sizeof(seen));
	record(S, HANDSHAKE, &noise);
	sized(S, DATA, 500);
	sized(C, DATA, 500);
	end();
	ok(!*seen.messages && !seen.handshakes && seen.last.established && !seen.last.malformed,
	   "a connection that was open already");
}

static void sslv2(void)
{
	struct made m = { 0 };

	add_uint(&m, 1, 1);
	add_uint(&m, 0x0301, 2);
	add_uint(&m, 6, 2);
	add_uint(&m, 0, 2);
	add_uint(&m, 16, 2);
	add_uint(&m, 0x010080, 3);
	add_uint(&m, 0x00002f, 3);
	m.have += 16;
	begin();
	part(C, 128, 0x0301, m.have, 0, m.at, m.have);
	end();
	ok(!strcmp(seen.history, "C") && seen.last.client.sslv2 && seen.last.client.ciphers.count == 1,
	   "SSLv2-compatible ClientHello");
}

/* What comes after the other end's FIN is no farewell, and no cause. */
static void after_end(void)
{
	struct made none = { 0 }, m = client_hello("", &none), alert = { 2, { 2, 50 } };

	begin();
	record(C, HANDSHAKE, &m);
	record_flags = TT_AFTER_END;
	record(C, ALERT, &alert);
	ok(last_alert.peer_gone && last_alert.after_end, "decode_error after the other end's FIN");
	end();
	begin();
	m = client_hello("", &none);
	record_flags = 0;
	record(C, HANDSHAKE, &m);
	record(C, ALERT, &alert);
	ok(!last_alert.peer_gone, "decode_error before it");
	end();
	alert.at[1] = 40;
	record_flags = TT_AFTER_END;
	begin();
	record(C, HANDSHAKE, &m);
	record(C, ALERT, &alert);
	ok(!last_alert.peer_gone, "another alert after it has its own meaning");
	end();
	record_flags = 0;
}

/* A hook and the end of the socket met: what it tells is of no connection. */
static void numberless(void)
{
	struct tt_ev_open open = { .head = { .time_ns = 1, .kind = TT_EV_OPEN, .size = sizeof(open) } };

	begin();
	track_event(track, &open, sizeof(open));
	ok(track_open(track) == 1 && track_total(track) == 1, "a connection without a number is none");
	end();
}

/* The second segment of a large hello is lost, or the client dies. */
static void half_hello(size_t bytes, int begun)
{
	struct made none = { 0 }, m = client_hello("", &none);

	begin();
	part(C, HANDSHAKE, 0x0301, m.have, 0, m.at, bytes);
	track_tick(track, 1 + 2 * TRACK_STALL_NS);
	end();
	ok(seen.handshakes == begun && seen.stalls == begun && seen.last.failed == begun,
	   begun ? "half a ClientHello stalls, and fails" : "a header alone may be anything");
}

int main(void)
{
	half_hello(20, 1);
	half_hello(0, 0);
	numberless();
	full12();
	resumed12();
	ticket12(1);
	ticket12(0);
	tls13(0, 0);
	tls13(1, 0);
	tls13(0, 1);
	refused();
	hole();
	spread();
	inferred();
	sslv2();
	midstream();
	after_end();
	return failed;
}
