/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * feed.h - one connection fed record by record, as the kernel half tells it, and
 * what the tracker said of it in `seen`. The local end is the client.
 */
#ifndef TT_TESTS_FEED_H
#define TT_TESTS_FEED_H

#include "tap.h"

#include "model/message.h"
#include "model/names.h"
#include "sink/tls_json.h"
#include "tlstrace/event.h"
#include "track/track.h"

enum { CCS = 20, ALERT = 21, HANDSHAKE = 22, DATA = 23 };
enum { C = TT_SENT, S = TT_RECEIVED }; /* the local end is the client */

static struct {
	struct conn last; /* of the summary; pointers into it are over */
	char json[8192]; /* of the last message */
	char history[101], messages[256], server_name[64], method[16], inference[80];
	int handshakes, alerts, stalls;
} seen;

static struct track *track;
static uint32_t record_index[2];
static uint16_t record_flags;
static struct alert last_alert;

static inline void on_handshake(void *arg, int64_t time_ns, const struct conn *conn)
{
	(void)arg, (void)time_ns;
	seen.handshakes++;
	snprintf(seen.history, sizeof(seen.history), "%s", conn->history);
	snprintf(seen.server_name, sizeof(seen.server_name), "%s", conn->client.server_name);
	snprintf(seen.method, sizeof(seen.method), "%s",
		 conn->resumption_method ? conn->resumption_method : "");
}

static inline void on_stall(void *arg, int64_t time_ns, const struct conn *conn)
{
	(void)arg, (void)time_ns, (void)conn;
	seen.stalls++;
}

static inline void on_alert(void *arg, int64_t time_ns, const struct conn *conn, const struct alert *alert)
{
	(void)arg, (void)time_ns, (void)conn;
	last_alert = *alert;
	seen.alerts++;
}

static inline void on_record(void *arg, int64_t time_ns, const struct conn *conn,
		      const struct past_record *record)
{
	(void)arg, (void)time_ns, (void)conn, (void)record;
}

static inline void on_connection(void *arg, int64_t time_ns, const struct conn *conn)
{
	(void)arg, (void)time_ns;
	seen.last = *conn;
	snprintf(seen.inference, sizeof(seen.inference), "%s",
		 conn->mac_inference ? conn->mac_inference : "");
}

static inline void on_message(void *arg, int64_t time_ns, const struct conn *conn, const struct message *m)
{
	struct json j;
	size_t at = strlen(seen.messages);

	json_begin(&j, fmemopen(seen.json, sizeof(seen.json), "w"));
	tls_json_message(&j, m, true);
	json_end(&j, "");
	fclose(j.file);

	(void)arg, (void)time_ns, (void)conn;
	snprintf(seen.messages + at, sizeof(seen.messages) - at, "%s%s%s ",
		 handshake_type_name(m->type), m->malformed ? "!" : "", m->truncated ? "?" : "");
}

static inline void begin(void)
{
	static const struct track_out out = { .fingerprints = true, .handshake = on_handshake, .alert = on_alert,
					      .record = on_record, .connection = on_connection,
					      .message = on_message, .stalled = on_stall };
	struct tt_ev_open open = { .head = { .conn_id = 1, .kind = TT_EV_OPEN } };

	memset(&seen, 0, sizeof(seen));
	memset(record_index, 0, sizeof(record_index));
	track = track_new(&out, 0);
	track_event(track, &open, sizeof(open));
}

static inline void end(void)
{
	struct tt_ev_totals totals = { .head = { .conn_id = 1, .kind = TT_EV_CLOSE } };

	totals.close_flags = TT_FIN_SENT;
	track_event(track, &totals, sizeof(totals));
	track_free(track);
}

/* `count` bytes of a body of `length`, from `offset` on. */
static inline void part(int dir, int type, int version, unsigned int length, unsigned int offset,
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
	e->flags = record_flags;
	if (count)
		memcpy(e->body, body, count);
	track_event(track, e, bytes);
	free(e);
}

static inline void record(int dir, int type, const struct made *body)
{
	part(dir, type, 0x0303, body->have, 0, body->at, body->have);
}

static inline void sized(int dir, int type, unsigned int length)
{
	part(dir, type, 0x0303, length, 0, NULL, 0);
}

static inline void ccs(int dir)
{
	part(dir, CCS, 0x0303, 1, 0, "\1", 1);
}

static inline struct made framed(int type, const struct made *body)
{
	struct made m = { 0 };

	add_uint(&m, type, 1);
	add_vector(&m, 3, body);
	return m;
}

static inline struct made client_hello(const char *id, const struct made *extensions)
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

static inline struct made server_hello(const char *id, int cipher, const struct made *extensions, int retry)
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

static inline struct made empty(int type)
{
	struct made none = { 0 };

	return framed(type, &none);
}

static inline struct made versions13(void)
{
	struct made e = { 0 }, v = { 2, { 3, 4 } };

	add_extension(&e, 43, &v);
	return e;
}

#endif /* TT_TESTS_FEED_H */
