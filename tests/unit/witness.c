/* SPDX-License-Identifier: GPL-2.0-only */
/* Two ends of one connection on one host: what one of them knows is told of the other, in time. */
#include "feed.h"

#include "tlstrace/library_event.h"

enum { CLIENT = 1, SERVER = 2, OTHER = 3, OPENSSL = 1, GNUTLS = 2 };

static struct library_error peers; /* the other end's, when the server's handshake had failed */

static void on_end(void *arg, int64_t time_ns, const struct conn *conn)
{
	(void)arg, (void)time_ns;
	if (conn->id == SERVER)
		peers = conn->peer_error;
}

static void on_error(void *arg, int64_t time_ns, const struct conn *conn)
{
	(void)arg, (void)time_ns, (void)conn;
}

static bool library(void *arg, uint32_t file, const char **name, char version[32])
{
	(void)arg;
	*name = file == GNUTLS ? "gnutls" : "openssl";
	strcpy(version, "3");
	return true;
}

static struct track *both_open(void)
{
	static const struct track_out out = { .handshake = on_end, .alert = on_alert, .record = on_record,
					      .connection = on_connection, .error = on_error, .library = library };
	struct tt_ev_open open = { .head = { .conn_id = CLIENT, .kind = TT_EV_OPEN }, .owner = { .pid = 7, .wanted = 1 },
				   .tcp_role = TT_TCP_ACTIVE, .local_port = 40000, .remote_port = 443 };
	struct track *t = track_new(&out, 0);

	peers = (struct library_error){ .library = NULL };
	track_event(t, &open, sizeof(open));
	open = (struct tt_ev_open){ .head = { .conn_id = SERVER, .kind = TT_EV_OPEN }, .owner = { .pid = 8, .wanted = 1 },
				    .tcp_role = TT_TCP_PASSIVE, .local_port = 443, .remote_port = 40000 };
	track_event(t, &open, sizeof(open));
	return t;
}

/* A record of the client's or the server's, at one end. */
static void record_at(struct track *t, uint64_t end, enum tls_role sender, int type, uint32_t length, const struct made *body)
{
	static uint32_t count;
	struct {
		struct tt_ev_record e;
		uint8_t body[512];
	} r = { .e = { .head = { .time_ns = ++count, .conn_id = end, .kind = TT_EV_RECORD }, .version = 0x0303,
		       .type = type, .length = length, .index = count,
		       .dir = (end == CLIENT) == (sender == ROLE_CLIENT) ? TT_SENT : TT_RECEIVED } };

	if (body) {
		r.e.body_bytes = r.e.length = body->have;
		memcpy(r.e.body, body->at, body->have);
	}
	track_event(t, &r, sizeof(r.e) + r.e.body_bytes);
}

static void alert_at(struct track *t, uint64_t end, uint32_t file, int32_t code)
{
	struct tt_ev_library e = { .head = { .time_ns = 100, .conn_id = end, .kind = TT_EV_LIBRARY }, .file = file,
				   .fact = TT_LIBRARY_ALERT, .code = code, .level = 2, .call = TT_CALL_HANDSHAKE };

	track_event(t, &e, sizeof(e));
}

static void error_at(struct track *t, uint64_t end, uint32_t file, int32_t code, int32_t verify)
{
	struct tt_ev_library e = { .head = { .time_ns = 100, .conn_id = end, .kind = TT_EV_LIBRARY }, .file = file,
				   .fact = TT_LIBRARY_ERROR, .code = code, .verify = verify, .call = TT_CALL_HANDSHAKE };

	track_event(t, &e, sizeof(e));
}

static void shake(struct track *t)
{
	struct made none = { 0 }, version = versions13();
	struct made hello = client_hello("", &none), answer = server_hello("", 0x1301, &version, 0);

	for (uint64_t end = CLIENT; end <= SERVER; end++) {
		record_at(t, end, ROLE_CLIENT, HANDSHAKE, 0, &hello);
		record_at(t, end, ROLE_SERVER, HANDSHAKE, 0, &answer);
		record_at(t, end, ROLE_SERVER, DATA, 900, NULL);
	}
}

/* What the server is seen to send counts, not what follows from its error; and it comes once. */
static void seen_counts(bool error_first)
{
	struct track *t = both_open();

	shake(t);
	seen.alerts = 0;
	if (error_first)
		error_at(t, SERVER, GNUTLS, -43, 10);
	alert_at(t, SERVER, GNUTLS, 49);
	if (!error_first)
		error_at(t, SERVER, GNUTLS, -43, 10);
	record_at(t, SERVER, ROLE_SERVER, DATA, 19, NULL);
	ok(seen.alerts == 1 && last_alert.description == 49 && last_alert.by_wire && last_alert.by_library,
	   error_first ? "an error, and the alert itself: one" : "an alert, and the error that would have another one: one");
	track_end(t, 0);
	track_free(t);
}

/* Two network namespaces with the same addresses: the hello's random tells whose other end is whose. */
static void two_namespaces(void)
{
	struct track *t = both_open();
	struct tt_ev_open open = { .head = { .conn_id = OTHER, .kind = TT_EV_OPEN }, .owner = { .pid = 9, .wanted = 1 },
				   .tcp_role = TT_TCP_ACTIVE, .local_port = 40000, .remote_port = 443 };
	struct made none = { 0 }, hello = client_hello("", &none);

	shake(t);
	track_event(t, &open, sizeof(open));
	hello.at[9] ^= 1;
	record_at(t, OTHER, ROLE_CLIENT, HANDSHAKE, 0, &hello);
	error_at(t, OTHER, GNUTLS, -43, 20);
	record_at(t, SERVER, ROLE_CLIENT, DATA, 19, NULL);
	error_at(t, SERVER, OPENSSL, 1042, -1);
	ok(!peers.library, "another client of the same address says nothing of this server's");
	track_end(t, 0);
	track_free(t);
}

int main(void)
{
	struct track *t = both_open();

	shake(t);
	error_at(t, CLIENT, GNUTLS, -43, 20);
	record_at(t, CLIENT, ROLE_CLIENT, DATA, 19, NULL);
	record_at(t, SERVER, ROLE_CLIENT, DATA, 19, NULL);
	error_at(t, SERVER, OPENSSL, 1042, -1);
	ok(peers.library && !strcmp(peers.library, "gnutls") && peers.verify == 20,
	   "the alert that the server's library got: the client's reason is known when it is told");
	track_end(t, 0);
	track_free(t);
	two_namespaces();
	seen_counts(true);
	seen_counts(false);
	return failed;
}
