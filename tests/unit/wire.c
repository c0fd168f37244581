/* SPDX-License-Identifier: GPL-2.0-only */
/* Extensions one by one, drafts of TLS 1.3, SSLv2, other messages, what lengths tell. */
#include "tap.h"

#include "wire/handshake.h"
#include "wire/hello.h"
#include "wire/infer.h"

static struct made client_with(const struct made *extensions)
{
	struct made m = { 0 };

	add_uint(&m, 0x0303, 2);
	m.have += 32;
	add_uint(&m, 0, 1);
	add_uint(&m, 0x0006, 2);
	add_uint(&m, 0x130100ff, 4);
	add_uint(&m, 0x5600, 2);
	add_uint(&m, 0x0100, 2);
	add_vector(&m, 2, extensions);
	return m;
}

static void client_extensions(void)
{
	struct made shares = { 12, { 0, 10, 0x1a, 0x1a, 0, 1, 0, 0, 29, 0, 1, 7 } };
	struct made psk = { 16, { 0, 9, 0, 3, 'a', 'b', 'c', 0, 0, 0, 1, 0, 3, 2, 9, 9 } };
	struct made modes = { 2, { 1, 1 } }, compression = { 3, { 2, 0, 2 } }, none = { 0 };
	struct made formats = { 3, { 2, 0, 1 } }, e = { 0 }, m;
	struct client_hello h = { 0 };
	static const int flags[] = { 5, 22, 23, 35, 42, 0xfe0d, 0xff01, -1 };

	add_extension(&e, 51, &shares);
	add_extension(&e, 45, &modes);
	add_extension(&e, 27, &compression);
	add_extension(&e, 11, &formats);
	for (int i = 0; flags[i] >= 0; i++)
		add_extension(&e, flags[i], &none);
	add_extension(&e, 41, &psk);
	m = client_with(&e);
	ok(!client_hello_parse(m.at, m.have, &h), "ClientHello with many extensions");
	ok(h.key_shares.count == 2 && u16_at(&h.key_shares, 1) == 29, "key shares by their groups");
	ok(h.psk && h.psk_count == 1 && h.psk_hash[0][0] == 0xba && h.psk_hash[0][1] == 0x78,
	   "PSK identity as a digest");
	ok(h.psk_modes.count == 1 && h.psk_modes.at[0] == 1 && h.point_formats.count == 2 &&
		   u16_at(&h.certificate_compression, 0) == 2,
	   "PSK modes, point formats, certificate compression");
	ok(h.ocsp_request && h.encrypt_then_mac && h.extended_master_secret && h.ticket_extension &&
		   h.early_data && h.ech && h.renegotiation_info && h.fallback_scsv &&
		   h.renegotiation_scsv && !h.ticket_bytes,
	   "extensions without a body, signalling suites");
	ok(h.extensions.count == 12 && u16_at(&h.extensions, 11) == 41, "extensions in their order");
	client_hello_free(&h);
}

/* One extension whose inner length lies makes the hello malformed, and no more. */
static void lies(void)
{
	static const struct {
		int type;
		struct made body;
	} lie[] = {
		{ 0, { 5, { 0, 9, 0, 0, 1 } } }, { 10, { 3, { 0, 4, 0 } } }, { 11, { 1, { 2 } } },
		{ 13, { 2, { 0, 2 } } }, { 16, { 4, { 0, 2, 9, 'h' } } }, { 27, { 1, { 2 } } },
		{ 41, { 6, { 0, 4, 0, 9, 1, 1 } } }, { 43, { 1, { 2 } } }, { 45, { 1, { 1 } } },
		{ 51, { 6, { 0, 4, 0, 29, 0, 9 } } },
	};
	int told = 1;

	for (size_t i = 0; i < sizeof(lie) / sizeof(*lie); i++) {
		struct made e = { 0 }, m;
		struct client_hello h = { 0 };
		uint8_t *copy;

		add_extension(&e, lie[i].type, &lie[i].body);
		m = client_with(&e);
		copy = exact(m.at, m.have);
		told &= client_hello_parse(copy, m.have, &h) < 0 && h.ciphers.count == 3 &&
			strlen(h.ja4) == 36;
		client_hello_free(&h);
		free(copy);
	}
	ok(told, "a lying length in any extension is told, the rest is kept and has its fingerprint");
}

static void drafts(void)
{
	struct made share = { 6, { 0, 29, 0, 2, 1, 2 } }, group = { 2, { 0, 24 } };
	struct made m = { 0 }, e = { 0 }, version = { 2, { 0x7f, 0x1c } };
	struct server_hello h = { 0 };

	add_uint(&m, 0x7f12, 2); /* draft 18: no session ID, no compression */
	m.have += 32;
	add_uint(&m, 0x1301, 2);
	add_extension(&e, 40, &share);
	add_vector(&m, 2, &e);
	ok(!server_hello_parse(m.at, m.have, &h) && h.cipher == 0x1301 && h.group == 29 &&
		   is_tls13(h.version),
	   "ServerHello of draft 18");
	server_hello_free(&h);
	m = e = (struct made){ 0 };
	add_uint(&m, 0x7f14, 2); /* draft 20 */
	add_uint(&m, 0x1302, 2);
	add_extension(&e, 40, &group);
	add_vector(&m, 2, &e);
	ok(!hello_retry_parse(m.at, m.have, &h) && h.hello_retry && h.cipher == 0x1302 && h.group == 24,
	   "HelloRetryRequest of draft 20");
	server_hello_free(&h);
	m = e = (struct made){ 0 };
	add_uint(&m, 0x0303, 2);
	m.have += 33;
	add_uint(&m, 0x130100, 3);
	add_extension(&e, 43, &version);
	add_vector(&m, 2, &e);
	ok(!server_hello_parse(m.at, m.have, &h) && h.version == 0x7f1c && is_tls13(h.version),
	   "ServerHello of draft 28");
	server_hello_free(&h);
}

static int fields(int type, int version, int cipher, const struct made *body, struct message *m)
{
	uint8_t *copy = exact(body->at, body->have);
	int err;

	*m = (struct message){ .type = type };
	err = handshake_fields(copy, body->have, version, cipher, m);
	free(copy);
	return err;
}

static void messages(void)
{
	struct made ecdhe = { 4, { 3, 0, 23, 0 } }, psk = { 7, { 0, 1, 'h', 3, 0, 24, 0 } };
	struct made explicit_curve = { 2, { 1, 0 } }, status = { 5, { 1, 0, 0, 1, 0 } };
	struct made request = { 11, { 1, 1, 0, 2, 4, 1, 0, 3, 0, 1, 'n' } };
	struct made old_request = { 7, { 1, 1, 0, 3, 0, 1, 'n' } }, cut = { 3, { 3, 0, 0 } };
	struct made ticket = { 15, { 0, 0, 0, 9, 1, 1, 1, 1, 1, 5, 0, 1, 7, 0, 0 } };
	struct made compressed = { 9, { 0, 2, 0, 1, 0, 0, 0, 1, 7 } };
	struct message m;

	ok(!fields(12, 0x0303, 0xc02f, &ecdhe, &m) && m.group == 23, "named curve");
	ok(!fields(12, 0x0303, 0xc035, &psk, &m) && m.group == 24, "named curve after a PSK hint");
	ok(!fields(12, 0x0303, 0xc02f, &explicit_curve, &m) && !m.group, "a curve by its parameters");
	ok(!fields(12, 0x0303, 0x0033, &ecdhe, &m) && !m.group, "finite-field parameters are no curve");
	ok(!fields(13, 0x0303, 0xc02f, &request, &m) && m.ca_count == 1, "CertificateRequest of TLS 1.2");
	ok(!fields(13, 0x0301, 0xc013, &old_request, &m) && m.ca_count == 1,
	   "CertificateRequest of TLS 1.0");
	ok(!fields(22, 0x0303, 0xc02f, &status, &m) && m.status_type == 1, "CertificateStatus");
	ok(!fields(4, 0x0304, 0x1301, &ticket, &m) && m.lifetime_s == 9 && m.ticket_bytes == 1,
	   "NewSessionTicket of TLS 1.3");
	ok(!fields(25, 0x0304, 0x1301, &compressed, &m) && m.compression == 2, "compressed certificate");
	ok(fields(4, 0x0303, 0xc02f, &cut, &m) < 0, "a ticket cut short is refused");
}

static void lengths(void)
{
	ok(server_hello_session_id(74) == 32 && server_hello_session_id(42) == 0 &&
		   server_hello_session_id(41) == -1 && server_hello_session_id(75) == -1,
	   "session ID's length from the record's");
	ok(!strcmp(finished_family(0x0301, 22, 36), "stream with HMAC-SHA1") &&
		   strstr(finished_family(0x0303, 22, 40), "AES-GCM") &&
		   strstr(finished_family(0x0301, 22, 40), "8-byte blocks") &&
		   strstr(finished_family(0x0303, 23, 69), "SHA-384") &&
		   !finished_family(0x0303, 22, 41),
	   "cipher family from the Finished's length");
}

static void sslv2(void)
{
	uint8_t body[] = { 1, 3, 1, 0, 6, 0, 0, 0, 2, 1, 0, 0x80, 0, 0, 0x2f, 0xaa, 0xbb };
	struct client_hello h = { 0 };

	ok(!sslv2_hello_parse(body, sizeof(body), &h) && h.legacy_version == 0x0301 &&
		   h.ciphers.count == 1 && u16_at(&h.ciphers, 0) == 0x2f && h.random[31] == 0xbb &&
		   h.random[30] == 0xaa && !h.random[29],
	   "SSLv2-compatible ClientHello");
	client_hello_free(&h);
	body[8] = 3;
	ok(sslv2_hello_parse(body, sizeof(body), &h) < 0, "a challenge that is not there");
	client_hello_free(&h);
}

int main(void)
{
	client_extensions();
	lies();
	drafts();
	messages();
	lengths();
	sslv2();
	return failed;
}
