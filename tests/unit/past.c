/* SPDX-License-Identifier: GPL-2.0-only */
/* What came before: the history, and the rules that judge by it. */
#include "facts_made.h"
#include "track/history.h"

static void lineage(void)
{
	struct history *h = history_new(100, 100);
	struct conn first = ended(1, true, false), second = ended(2, true, true);

	history_handshake(h, &first, 1000);
	ok(!first.original.seen && !first.past.pair.full_good, "nothing came before the first");
	history_handshake(h, &second, 5000);
	ok(second.original.seen && second.original.connection == 1 && second.original.time_ns == 1000 &&
		   second.original.cipher == 0xc02f && second.original.same_client &&
		   second.original.same_server && !second.original.inferred,
	   "a session ID leads to the handshake that made it");
	second = ended(3, true, true);
	second.local.address[15] = 9;
	history_handshake(h, &second, 6000);
	ok(second.original.seen && !second.original.same_client, "another client's session");
	second = ended(4, true, true);
	second.role = ROLE_SERVER;
	history_handshake(h, &second, 6000);
	ok(!second.original.seen, "the two ends are remembered apart");
	second = ended(5, true, true);
	second.client.session_id[0] = 8;
	history_handshake(h, &second, 6000);
	ok(!second.original.seen, "an ID that nobody made");
	history_free(h);
}

static struct conn psk(uint64_t id)
{
	struct conn c = ended(id, true, true);

	c.client.psk = true;
	c.client.psk_count = 1;
	c.server.version = 0x0304;
	return c;
}

static void tickets(void)
{
	struct history *h = history_new(100, 100);
	struct conn c = ended(1, true, false);

	c.issued_ticket = true;
	memset(c.issued_hash, 3, SHORT_HASH);
	history_handshake(h, &c, 1000);
	c = ended(2, true, true);
	c.client.ticket_bytes = 160;
	memset(c.client.ticket_hash, 3, SHORT_HASH);
	history_handshake(h, &c, 2000);
	ok(c.original.seen && c.original.connection == 1, "a ticket leads to the handshake that issued it");
	c = psk(3);
	history_handshake(h, &c, 3000);
	ok(!c.original.seen, "TLS 1.3: a handshake of TLS 1.2 makes no pre-shared key");
	c = ended(4, true, false);
	c.server.version = 0x0304;
	history_handshake(h, &c, 4000);
	c = psk(5);
	history_handshake(h, &c, 5000);
	ok(c.original.seen && c.original.inferred && c.original.connection == 4,
	   "TLS 1.3: the pair's last full handshake, inferred");
	c = psk(6);
	c.client.psk_external = true;
	history_handshake(h, &c, 6000);
	ok(!c.original.seen, "a key with a name is no session's");
	history_free(h);
}

static void counts(void)
{
	struct history *h = history_new(100, 100);
	struct conn c;

	for (int i = 0; i < 3; i++) {
		c = ended(10 + i, true, false);
		history_handshake(h, &c, 1000);
	}
	c = ended(20, false, true);
	history_handshake(h, &c, 2000);
	c = ended(21, true, false);
	c.local.address[15] = 2;
	history_handshake(h, &c, 3000);
	ok(!c.past.pair.full_good && c.past.other_clients.full_good == 3 &&
		   c.past.other_clients.resumed_bad == 1 && c.past.named.full_good == 3,
	   "another client: what this server did for the first");
	c = ended(22, false, true);
	history_handshake(h, &c, 3000);
	ok(c.past.pair.full_good == 3 && c.past.pair.resumed_bad == 1 && !c.past.pair.resumed_good &&
		   c.past.other_clients.full_good == 1 && c.past.pair.last_good_ns == 1000 &&
		   c.past.served_cipher == 0xc02f,
	   "full handshakes work, resumptions do not");
	c = ended(23, false, false);
	c.remote.port = 444;
	history_handshake(h, &c, 3000);
	ok(!c.past.pair.full_good && c.past.other_servers.full_good == 3, "this client elsewhere");
	history_free(h);
}

#define HOUR_NS 3600000000000LL

static void lately(void)
{
	struct history *h = history_new(100, 100);
	struct alert a = fatal(C, 48, 0);
	struct conn c = ended(1, true, false);

	history_handshake(h, &c, HOUR_NS);
	for (int i = 0; i < 6; i++) {
		c = ended(2 + i, false, false);
		c.last_alert = i ? a : (struct alert){ 0 };
		c.last_alert.time_ns = i;
		c.last_alert.description = i == 5 ? 20 : 48;
		history_handshake(h, &c, 3 * HOUR_NS + i);
	}
	c = ended(9, false, false);
	history_handshake(h, &c, 3 * HOUR_NS + HOUR_NS / 2);
	ok(c.past.pair.recent_good == 0 && c.past.pair.recent_bad == 6 && c.past.pair.full_good == 1,
	   "the last hour apart from what was before it");
	ok(c.past.pair.failures[0].alert == -1 && c.past.pair.failures[0].count == 1 &&
		   c.past.pair.failures[1].alert == 48 && c.past.pair.failures[1].count == 4 &&
		   c.past.pair.failures[2].alert == 20 && !c.past.pair.failures[3].count,
	   "failures by alert");
	c = ended(10, false, false);
	c.local.address[15] = 2;
	history_handshake(h, &c, 3 * HOUR_NS + HOUR_NS / 2);
	ok(c.past.other_clients.full_good == 1 && !c.past.other_clients.recent_good &&
		   c.past.other_clients.recent_bad == 7,
	   "of the other clients too");
	c = ended(11, false, false);
	history_handshake(h, &c, 9 * HOUR_NS);
	ok(!c.past.pair.recent_bad && c.past.pair.full_bad == 7, "and it passes");
	history_free(h);
}

static void judged(void)
{
	static const uint8_t suites[] = { 0xc0, 0x2f }, groups[] = { 0, 23 };
	struct conn c = failed_conn();
	struct alert a = fatal(C, 20, 1);

	c.resumed = true;
	c.original = (struct original){ .seen = true, .same_client = true, .same_server = true, .same_name = true,
					.version = 0x0303, .cipher = 0xc02f, .connection = 8,
					.server_name = "a.test" };
	c.past.pair.full_good = 8;
	c.past.pair.resumed_bad = 3;
	is("resumed-session-keys-differ", &c, &a, "with a history");
	ok(said.ruled_out.count == 2 && strstr(said.ruled_out.text[1], "no resumption does"),
	   "it excludes the path when full handshakes work and no resumption does");
	c.past.pair.resumed_good = 1;
	code(&c, &a);
	ok(said.ruled_out.count == 1, "not when one resumption worked");

	a = fatal(C, 40, 0);
	is("handshake-failed-unexplained", &c, &a, "the extended master secret is the same");
	c.original.extended_master_secret = true;
	is("extended-master-secret-mismatch", &c, &a, "a session made with it, resumed without it");

	c = failed_conn();
	a = fatal(S, 40, 0);
	c.server.seen = false;
	c.client.ciphers = (struct u16_list){ suites, 1 };
	c.client.groups = (struct u16_list){ groups, 1 };
	c.past.served_cipher = 0xc02f;
	c.past.served_group = 29;
	is("no-shared-group", &c, &a, "the server's cipher suite is offered, its group is not");
	c.past.served_group = 23;
	is("no-shared-cipher", &c, &a, "its group is offered");
	c.past.served_group = 29;
	c.past.served_cipher = 0xc030;
	is("no-shared-cipher", &c, &a, "its cipher suite is not offered");

	c.past.named.full_good = 2;
	is("no-shared-cipher", &c, &a, "a name was sent");
	c.client.server_name = "";
	is("server-name-missing", &c, &a, "others with a name were served");
	c.past.named.full_good = 0;
	is("no-shared-cipher", &c, &a, "no other with a name was");

	a = fatal(C, 70, 0);
	is("tls-to-plaintext-port", &c, &a, "refused before any record of the server");
	c.server.seen = true;
	c.server.version = 0x0302;
	is("version-mismatch", &c, &a, "refused after a ServerHello that chose less than was offered");
	c.server.version = 0x0303;

	a = fatal(C, 47, 0);
	memcpy(c.server.random + 24, "DOWNGRD\1", 8);
	is("downgrade-detected", &c, &a, "the sentinel");
	c.server.random[31] = 2;
	is("malformed-message", &c, &a, "no sentinel");
}

static void certificates(void)
{
	char *names[] = { "*.a.test", "b.test" };
	struct certificate cert = { .readable = true, .names = names, .name_count = 2,
				    .key_type = "RSA", .key_bits = 2048 };
	struct conn c = failed_conn();
	struct alert a = fatal(C, 42, 0);

	c.server_certificate = &cert;
	c.client.server_name = "x.A.test";
	is("certificate-rejected", &c, &a, "a wildcard that matches");
	c.client.server_name = "y.x.a.test";
	is("certificate-name-mismatch", &c, &a, "a wildcard is one label");
	c.client.server_name = "b.test";
	cert.key_bits = 1024;
	is("certificate-weak-key", &c, &a, "RSA of 1024 bits");
	cert.key_type = "EC";
	cert.key_bits = 256;
	is("certificate-rejected", &c, &a, "256 bits are enough on a curve");
	a.description = 43;
	cert.limits_purpose = true;
	is("certificate-wrong-purpose", &c, &a, "no serverAuth");
	cert.for_servers = true;
	is("certificate-rejected", &c, &a, "serverAuth");
}

int main(void)
{
	lineage();
	tickets();
	counts();
	lately();
	judged();
	certificates();
	return failed;
}
