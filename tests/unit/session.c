/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state machine, fed records as the kernel half tells them: history, resumption,
 * establishment, alerts, missing bytes.
 */
#include "tap.h"

#include "model/message.h"
#include "model/names.h"
#include "tlstrace/event.h"
#include "track/track.h"

enum { CCS = 20, ALERT = 21, HANDSHAKE = 22, DATA = 23 };
enum { C = TT_SENT, S = TT_RECEIVED }; /* the local end is the client */

static struct {
	struct conn last; /* of the summary; pointers into it are over */
	char history[101], messages[256], server_name[64], method[16], inference[80];
	int handshakes, alerts;
} seen;

static struct track *track;
static uint32_t record_index[2];

static void on_handshake(void *arg, int64_t time_ns, const struct conn *conn)
{
	(void)arg, (void)time_ns;
	seen.handshakes++;
	snprintf(seen.history, sizeof(seen.history), "%s", conn->history);
	snprintf(seen.server_name, sizeof(seen.server_name), "%s", conn->client.server_name);
	snprintf(seen.method, sizeof(seen.method), "%s",
		 conn->resumption_method ? conn->resumption_method : "");
}

static void on_alert(void *arg, int64_t time_ns, const struct conn *conn, const struct alert *alert)
{
	(void)arg, (void)time_ns, (void)conn, (void)alert;
	seen.alerts++;
}

static void on_record(void *arg, int64_t time_ns, const struct conn *conn,
		      const struct past_record *record)
{
	(void)arg, (void)time_ns, (void)conn, (void)record;
}

static void on_connection(void *arg, int64_t time_ns, const struct conn *conn)
{
	(void)arg, (void)time_ns;
	seen.last = *conn;
	snprintf(seen.inference, sizeof(seen.inference), "%s",
		 conn->mac_inference ? conn->mac_inference : "");
}

static void on_message(void *arg, int64_t time_ns, const struct conn *conn, const struct message *m)
{
	size_t at = strlen(seen.messages);

	(void)arg, (void)time_ns, (void)conn;
	snprintf(seen.messages + at, sizeof(seen.messages) - at, "%s%s%s ",
		 handshake_type_name(m->type), m->malformed ? "!" : "", m->truncated ? "?" : "");
}

static void begin(void)
{
	static const struct track_out out = { NULL, on_handshake, on_alert, on_record,
					      on_connection, NULL, on_message };
	struct tt_ev_open open = { .head = { .conn_id = 1, .kind = TT_EV_OPEN } };

	memset(&seen, 0, sizeof(seen));
	memset(record_index, 0, sizeof(record_index));
	track = track_new(&out, 0);
	track_event(track, &open, sizeof(open));
}

static void end(void)
{
	struct tt_ev_totals totals = { .head = { .conn_id = 1, .kind = TT_EV_CLOSE } };

	totals.close_flags = TT_FIN_SENT;
	track_event(track, &totals, sizeof(totals));
	track_free(track);
}

/* `count` bytes of a body of `length`, from `offset` on. */
static void part(int dir, int type, int version, unsigned int length, unsigned int offset,
		 const void *body, size_t count)
{
	size_t bytes = sizeof(struct tt_ev_record) + count;
	struct tt_ev_record *e = calloc(1, bytes);
	static uint64_t now;

	if (!offset)
		record_index[dir]++;
	e->head.time_ns = ++now;
	e->head.conn_id = 1;
	e->head.kind = offset ? TT_EV_BODY : TT_EV_RECORD;
	e->index = record_index[dir] - 1;
	e->version = version;
	e->length = length;
	e->type = type;
	e->dir = dir;
	e->body_offset = offset;
	e->body_bytes = count;
	if (count)
		memcpy(e->body, body, count);
	track_event(track, e, bytes);
	free(e);
}

static void record(int dir, int type, const struct made *body)
{
	part(dir, type, 0x0303, body->have, 0, body->at, body->have);
}

static void sized(int dir, int type, unsigned int length)
{
	part(dir, type, 0x0303, length, 0, NULL, 0);
}

static void ccs(int dir)
{
	part(dir, CCS, 0x0303, 1, 0, "\1", 1);
}

static struct made framed(int type, const struct made *body)
{
	struct made m = { 0 };

	add_uint(&m, type, 1);
	add_vector(&m, 3, body);
	return m;
}

static struct made client_hello(const char *id, const struct made *extensions)
{
	struct made m = { 0 }, session = { 0 };

	add_uint(&m, 0x0303, 2);
	m.have += 32;
	add(&session, id, strlen(id));
	add_vector(&m, 1, &session);
	add_uint(&m, 0x0002, 2);
	add_uint(&m, 0xc02f, 2);
	add_uint(&m, 0x0100, 2);
	add_vector(&m, 2, extensions);
	return framed(1, &m);
}

static struct made server_hello(const char *id, int cipher, const struct made *extensions, int retry)
{
	static const uint8_t random[32] = { 0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11,
					    0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
					    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e,
					    0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c };
	struct made m = { 0 }, session = { 0 };

	add_uint(&m, 0x0303, 2);
	add(&m, random, 32);
	if (!retry)
		m.at[10] = 0;
	add(&session, id, strlen(id));
	add_vector(&m, 1, &session);
	add_uint(&m, cipher, 2);
	add_uint(&m, 0, 1);
	if (extensions)
		add_vector(&m, 2, extensions);
	return framed(2, &m);
}

static struct made empty(int type)
{
	struct made none = { 0 };

	return framed(type, &none);
}

static struct made versions13(void)
{
	struct made e = { 0 }, v = { 2, { 3, 4 } };

	add_extension(&e, 43, &v);
	return e;
}

static void full12(void)
{
	struct made none = { 0 }, m = client_hello("", &none), params = { 4, { 3, 0, 29, 0 } };
	struct made ticket = { 8, { 0, 0, 1, 0x2c, 0, 2, 9, 9 } }, chain = { 3, { 0, 0, 0 } };

	begin();
	record(C, HANDSHAKE, &m);
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

int main(void)
{
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
	return failed;
}
