/* SPDX-License-Identifier: GPL-2.0-only */
/* Which connection an object has that was never seen to read: by its hello's random, or a guess. */
#include "tap.h"

#include "tlstrace/library_event.h"
#include "track/track.h"

#define OBJECT 0x1000
#define HELLO_BYTES 39 /* a ClientHello without extensions */

static uint64_t errors_at; /* the connection of the last error */
static int errors, guessed;

static void on_error(void *arg, int64_t time_ns, const struct conn *conn)
{
	(void)arg, (void)time_ns;
	errors_at = conn->id;
	errors++;
	guessed += conn->error.guessed;
}

static void on_handshake(void *arg, int64_t time_ns, const struct conn *conn)
{
	(void)arg, (void)time_ns, (void)conn;
}

static void on_alert(void *arg, int64_t time_ns, const struct conn *conn, const struct alert *alert)
{
	(void)arg, (void)time_ns, (void)conn, (void)alert;
}

static void on_record(void *arg, int64_t time_ns, const struct conn *conn,
		      const struct past_record *record)
{
	(void)arg, (void)time_ns, (void)conn, (void)record;
}

static bool library(void *arg, uint32_t file, const char **name, char version[32])
{
	(void)arg, (void)file;
	*name = "openssl";
	strcpy(version, "3.0.19");
	return true;
}

static const struct track_out out = { .handshake = on_handshake, .alert = on_alert,
				      .record = on_record, .connection = on_handshake,
				      .error = on_error, .library = library };

/* A connection of the process whose ClientHello, with this random, it sent or received. */
static void hello(struct track *t, uint64_t id, uint32_t pid, int dir, uint8_t random)
{
	struct tt_ev_open open = { .head = { .time_ns = id, .conn_id = id, .kind = TT_EV_OPEN } };
	struct {
		struct tt_ev_record e;
		uint8_t body[64];
	} r = { .e = { .head = { .time_ns = id, .conn_id = id, .kind = TT_EV_RECORD },
		       .version = 0x0301, .length = 4 + HELLO_BYTES + 2, .type = 22, .dir = dir } };
	uint8_t *b = r.e.body;

	open.owner.pid = pid;
	open.owner.start_ns = pid;
	open.owner.wanted = 1;
	track_event(t, &open, sizeof(open));
	r.e.body_bytes = r.e.length;
	memcpy(b, "\1\0\0\51\3\3", 6);
	memset(b + 6, random, TT_RANDOM_BYTES);
	memcpy(b + 38, "\0\0\2\0\x2f\1\0", 7);
	track_event(t, &r, sizeof(r.e) + r.e.length);
}

static void tell(struct track *t, uint32_t pid, uint8_t fact, uint64_t touched, uint8_t random)
{
	struct tt_ev_library e = { .head = { .time_ns = 9, .kind = TT_EV_LIBRARY }, .object = OBJECT,
				   .touched = touched, .pid = pid, .code = 281, .verify = -1,
				   .fact = fact, .call = TT_CALL_HANDSHAKE };

	memset(e.source, random, TT_RANDOM_BYTES);
	memset(e.function, random, TT_RANDOM_BYTES);
	if (fact == TT_LIBRARY_ERROR)
		*e.source = *e.function = 0;
	track_event(t, &e, sizeof(e));
}

static struct track *begin(void)
{
	errors_at = errors = guessed = 0;
	return track_new(&out, 0);
}

int main(void)
{
	struct track *t = begin();

	hello(t, 1, 100, TT_SENT, 7);
	hello(t, 2, 200, TT_SENT, 7); /* a proxy sends the same hello on */
	tell(t, 100, TT_LIBRARY_RANDOM, 0, 7);
	tell(t, 100, TT_LIBRARY_ERROR, 0, 0);
	ok(errors == 1 && errors_at == 1 && !guessed, "of two with one random, the process's own");
	tell(t, 300, TT_LIBRARY_RANDOM, 0, 7);
	tell(t, 300, TT_LIBRARY_ERROR, 0, 0);
	ok(errors == 2 && !guessed, "of another process's, that with its random");
	track_end(t, 0);
	track_free(t);

	t = begin();
	hello(t, 3, 100, TT_RECEIVED, 8);
	tell(t, 100, TT_LIBRARY_ERROR, 0, 0);
	ok(!errors, "no hello made and nothing read: nobody's");
	tell(t, 100, TT_LIBRARY_ERROR, 3, 0);
	ok(errors == 1 && errors_at == 3 && guessed == 1, "the thread's last connection, as a guess");
	tell(t, 100, TT_LIBRARY_ERROR, 99, 0);
	ok(errors == 1, "not one that is not there");
	track_end(t, 0);
	track_free(t);
	return failed;
}
