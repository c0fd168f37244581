/* SPDX-License-Identifier: GPL-2.0-only */
/* Both ends of a connection, fed record by record, and what their comparison tells. */
#include "facts_made.h"

#include "tlstrace/event.h"
#include "track/track.h"

enum { CCS = 20, ALERT = 21, HANDSHAKE = 22, DATA = 23 };

static struct track *track;
static struct conn last[8]; /* by connection: as of its failed handshake or its end */
static uint64_t now;
static uint32_t next[8][2];

static void keep(void *arg, int64_t time_ns, const struct conn *conn)
{
	(void)arg, (void)time_ns;
	if (!last[conn->id & 7].difference.kind)
		last[conn->id & 7] = *conn;
}

static void on_alert(void *arg, int64_t time_ns, const struct conn *conn, const struct alert *alert)
{
	(void)arg, (void)time_ns, (void)conn, (void)alert;
}

static void on_record(void *arg, int64_t time_ns, const struct conn *conn, const struct past_record *record)
{
	(void)arg, (void)time_ns, (void)conn, (void)record;
}

/* A TCP connection's end: ports tell which ends belong together. */
static void opens(int id, int local, int remote)
{
	struct tt_ev_open e = { .head = { .time_ns = ++now, .conn_id = id, .kind = TT_EV_OPEN },
				.local_port = local, .remote_port = remote };

	track_event(track, &e, sizeof(e));
}

static void begin(void)
{
	static const struct track_out out = { .handshake = keep, .alert = on_alert, .record = on_record,
					      .connection = keep };

	memset(last, 0, sizeof(last));
	memset(next, 0, sizeof(next));
	track = track_new(&out, 0);
}

static void record(int id, int dir, int type, int length, const struct made *body)
{
	size_t bytes = sizeof(struct tt_ev_record) + (body ? body->have : 0);
	struct tt_ev_record *e = calloc(1, bytes);

	*e = (struct tt_ev_record){ .head = { .time_ns = ++now, .conn_id = id, .kind = TT_EV_BODY },
				    .index = next[id][dir]++, .version = 0x0303, .type = type, .dir = dir,
				    .length = body ? (int)body->have : length, .body_bytes = body ? body->have : 0 };
	if (body)
		memcpy(e->body, body->at, body->have);
	track_event(track, e, bytes);
	free(e);
}

/* ClientHello or ServerHello with these bytes in its random. */
static struct made hello(int type, int random)
{
	struct made body = { 0 }, m = { 0 };

	add_uint(&body, 0x0303, 2);
	for (int i = 0; i < 32; i++)
		add_uint(&body, random, 1);
	add_uint(&body, 0, 1);
	if (type == 1)
		add_uint(&body, 2, 2);
	add_uint(&body, 0xc02f, 2);
	if (type == 1)
		add_uint(&body, 1, 1);
	add_uint(&body, 0, 1);
	add_uint(&m, type, 1);
	add_vector(&m, 3, &body);
	return m;
}

/* Sent by end `from`, received by end `to` as it is or as `arrived`. */
static void pass(int from, int to, int type, int length, const struct made *body, const struct made *arrived)
{
	record(from, TT_SENT, type, length, body);
	record(to, TT_RECEIVED, type, length, arrived ? arrived : body);
}

static void fails(int id)
{
	struct made alert = { 2, { 2, 51 } };

	record(id, TT_SENT, ALERT, 2, &alert);
}

static const struct difference *of(int id)
{
	return &last[id].difference;
}

static void over(void)
{
	track_end(track, ++now);
	track_free(track);
}

/* Ends 1 (client) and 2 (server) of one TCP connection, up to a full handshake's middle. */
static void hellos(int client, int server, const struct made *c, const struct made *arrived)
{
	struct made s = hello(2, 9);

	pass(client, server, HANDSHAKE, 0, c, arrived);
	pass(server, client, HANDSHAKE, 0, &s, NULL);
}

static void bytes(void)
{
	struct made c = hello(1, 7), s = hello(2, 9), other = s;

	begin();
	opens(1, 1000, 443), opens(2, 443, 1000);
	pass(1, 2, HANDSHAKE, 0, &c, NULL);
	other.at[20] ^= 1;
	pass(2, 1, HANDSHAKE, 0, &s, &other);
	fails(1);
	ok(of(1)->kind == DIFFERENCE_BYTES && of(1)->sender == ROLE_SERVER && of(1)->index == 0 &&
		   of(1)->offset == 20 && of(1)->message == 2 && of(1)->has_message && !of(1)->other_connection &&
		   of(1)->compared == 1,
	   "a byte of the ServerHello");
	over();

	begin();
	opens(1, 1000, 443), opens(2, 443, 1000);
	other = c;
	other.at[10] ^= 1;
	hellos(1, 2, &c, &other);
	fails(2);
	ok(of(2)->kind == DIFFERENCE_BYTES && of(2)->sender == ROLE_CLIENT && of(2)->offset == 10,
	   "a byte of the ClientHello's random: the addresses join the ends");
	over();

	begin();
	opens(1, 1000, 443), opens(2, 443, 1000);
	hellos(1, 2, &c, NULL);
	fails(1);
	ok(!of(1)->kind && of(1)->compared == 2, "nothing differs, two records are the same");
	over();
}

/* Ends 1 and 2, and 3 and 4, of two TCP connections: 2 and 3 are held by who is between. */
static void between(void)
{
	struct made c = hello(1, 7), other = c;

	begin();
	opens(1, 1000, 443), opens(2, 443, 1000), opens(3, 2000, 8443), opens(4, 8443, 2000);
	pass(1, 2, HANDSHAKE, 0, &c, NULL);
	other.at[c.have - 4] ^= 1; /* its cipher suite */
	pass(3, 4, HANDSHAKE, 0, &other, NULL);
	fails(4);
	ok(of(4)->kind == DIFFERENCE_BYTES && of(4)->sender == ROLE_CLIENT && of(4)->other_connection &&
		   of(4)->offset == c.have - 4,
	   "altered by who is between: the random joins the ends");
	over();

	begin();
	opens(1, 1000, 443), opens(2, 443, 1000), opens(3, 2000, 8443), opens(4, 8443, 2000);
	pass(1, 2, HANDSHAKE, 0, &c, NULL);
	other = hello(1, 8);
	pass(3, 4, HANDSHAKE, 0, &other, NULL);
	fails(4);
	ok(!of(4)->kind, "another random is another connection");
	over();
}

static void shakes(int id)
{
	struct made one = { 1, { 1 } };

	for (int dir = 0; dir < 2; dir++) {
		record(id, dir, 20, 1, &one);
		record(id, dir, HANDSHAKE, 40, NULL);
	}
}

static void closes(int id)
{
	struct tt_ev_totals e = { .head = { .time_ns = ++now, .conn_id = id, .kind = TT_EV_CLOSE },
				  .close_flags = TT_FIN_SENT };

	track_event(track, &e, sizeof(e));
}

/* Who is between holds 2 and 3 and loses a record; 1 and 2 are over when 3 hears that 4 could not go on. */
static void late(void)
{
	struct made c = hello(1, 7);

	begin();
	opens(1, 1000, 443), opens(2, 443, 1000), opens(3, 2000, 8443), opens(4, 8443, 2000);
	hellos(1, 2, &c, NULL), hellos(3, 4, &c, NULL);
	for (int id = 1; id <= 4; id++)
		shakes(id);
	pass(1, 2, DATA, 70, NULL, NULL);
	pass(1, 2, DATA, 90, NULL, NULL), pass(3, 4, DATA, 90, NULL, NULL);
	record(4, TT_SENT, ALERT, 2, &(struct made){ 2, { 2, 20 } });
	closes(4);
	closes(1), closes(2);
	record(3, TT_RECEIVED, ALERT, 2, &(struct made){ 2, { 2, 20 } });
	closes(3);
	ok(of(4)->kind == DIFFERENCE_LOST && of(4)->other_connection, "a record that who is between has lost");
	ok(of(3)->kind == of(4)->kind && of(3)->index == of(4)->index && of(3)->other_connection,
	   "its own end hears of it later, and knows it too");
	over();
}

/* Records behind the hellos, by their lengths: what was sent, and what arrived. */
static void sequence(const char *what, enum difference_kind kind, unsigned int index, const int *sent, const int *got)
{
	struct made c = hello(1, 7);
	char line[80];

	begin();
	opens(1, 1000, 443), opens(2, 443, 1000);
	hellos(1, 2, &c, NULL);
	for (; *sent; sent++)
		record(1, TT_SENT, DATA, *sent, NULL);
	for (; *got; got++)
		record(2, TT_RECEIVED, DATA, *got, NULL);
	fails(2);
	snprintf(line, sizeof(line), "records: %s", what);
	ok(of(2)->kind == kind && (!kind || of(2)->index == index), line);
	over();
}

int main(void)
{
	bytes();
	between();
	late();
	sequence("the same", DIFFERENCE_NONE, 0, (int[]){ 40, 50, 60, 0 }, (int[]){ 40, 50, 60, 0 });
	sequence("some are under way", DIFFERENCE_NONE, 0, (int[]){ 40, 50, 60, 0 }, (int[]){ 40, 0 });
	sequence("one is lost", DIFFERENCE_LOST, 2, (int[]){ 40, 50, 60, 70, 0 }, (int[]){ 40, 60, 70, 0 });
	sequence("the last that is known is lost", DIFFERENCE_LOST, 2, (int[]){ 40, 50, 60, 0 }, (int[]){ 40, 60, 0 });
	sequence("one comes twice", DIFFERENCE_REPEATED, 3, (int[]){ 40, 50, 60, 0 }, (int[]){ 40, 50, 50, 60, 0 });
	sequence("two change places", DIFFERENCE_SWAPPED, 2, (int[]){ 40, 50, 60, 0 }, (int[]){ 40, 60, 50, 0 });
	sequence("one is added", DIFFERENCE_ADDED, 2, (int[]){ 40, 50, 60, 0 }, (int[]){ 40, 33, 50, 60, 0 });
	sequence("one is longer", DIFFERENCE_LENGTH, 2, (int[]){ 40, 50, 60, 0 }, (int[]){ 40, 51, 60, 0 });
	sequence("the last one comes twice", DIFFERENCE_REPEATED, 4, (int[]){ 40, 50, 60, 0 }, (int[]){ 40, 50, 60, 60, 0 });
	sequence("one is added behind the last", DIFFERENCE_ADDED, 4, (int[]){ 40, 50, 60, 0 }, (int[]){ 40, 50, 60, 33, 0 });
	sequence("all alike, one lost: nothing tells", DIFFERENCE_NONE, 0, (int[]){ 40, 40, 40, 0 }, (int[]){ 40, 40, 0 });
	return failed;
}
