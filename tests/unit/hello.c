/* SPDX-License-Identifier: GPL-2.0-only */
/* Hellos decoded, cut at every byte, and text escaped. */
#include "tap.h"

#include "model/names.h"
#include "util/json.h"
#include "util/text.h"
#include "wire/hello.h"

/* version, random, no session ID, one cipher, compression, extensions. */
static size_t client(uint8_t *to)
{
	static const uint8_t extensions[] = {
		0, 0, 0, 11, 0, 9, 0, 0, 6, 'a', '.', 't', 'e', 's', 't', /* server_name */
		0, 43, 0, 5, 4, 3, 4, 3, 3,				  /* versions */
		0, 16, 0, 5, 0, 3, 2, 'h', '2',				  /* ALPN */
		0, 35, 0, 2, 0xaa, 0xbb,				  /* ticket */
	};
	uint8_t head[] = { 3, 3 }, middle[] = { 0, 0, 2, 0x13, 1, 1, 0, 0, sizeof(extensions) };

	memcpy(to, head, 2);
	memset(to + 2, 7, 32);
	memcpy(to + 34, middle, sizeof(middle));
	memcpy(to + 34 + sizeof(middle), extensions, sizeof(extensions));
	return 34 + sizeof(middle) + sizeof(extensions);
}

static void client_hello(void)
{
	struct client_hello h = { 0 };
	uint8_t whole[256];
	size_t bytes = client(whole), bare = 34 + 7;
	int refused = 1;

	ok(!client_hello_parse(whole, bytes, &h) && h.seen, "ClientHello is read");
	ok(!strcmp(h.server_name, "a.test") && h.alpn.count == 3 && !memcmp(h.alpn.at, "\2h2", 3), "server name and ALPN");
	ok(h.versions.count == 2 && u16_at(&h.versions, 0) == 0x0304, "supported versions");
	ok(h.ticket_bytes == 2 && h.ticket_hash[0] == 0xd7 && h.ticket_hash[7] == 0xb1,
	   "ticket is hashed");
	client_hello_free(&h);
	for (size_t cut = 0; cut < bytes; cut++) {
		uint8_t *copy = exact(whole, cut);

		refused &= (client_hello_parse(copy, cut, &h) != 0) == (cut != bare);
		client_hello_free(&h);
		free(copy);
	}
	ok(refused, "ClientHello cut anywhere but before its extensions is refused");
}

/* The ServerHello of TLS 1.0 without extensions: 32 bytes of session ID. */
static void server_hello(void)
{
	struct server_hello h = { 0 };
	uint8_t body[70] = { 3, 1 };

	body[34] = 32;
	body[34 + 33] = 0;
	body[34 + 34] = 5;
	ok(!server_hello_parse(body, sizeof(body), &h) && h.version == 0x0301 && h.cipher == 5 &&
		   h.session_id_bytes == 32,
	   "ServerHello without extensions");
	memset(&h, 0, sizeof(h));
	body[34] = 33;
	ok(server_hello_parse(body, sizeof(body), &h) != 0, "session ID of 33 bytes is refused");
}

/* version, HelloRetryRequest's random, no session ID, cipher, then extensions. */
static void server_extensions(void)
{
	static const uint8_t retry[] = { 0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11,
					 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
					 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e,
					 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c };
	uint8_t tail[] = { 0, 0x13, 1, 0, 0, 18, 0, 43, 0, 2, 3, 4, 0, 51, 0, 2, 0, 29, 0, 41, 0, 2, 0, 0 };
	uint8_t cut[] = { 0, 0x13, 1, 0, 0, 5, 0, 43, 0, 1, 3 };
	struct server_hello h = { 0 };
	uint8_t body[128] = { 3, 3 };

	memcpy(body + 2, retry, sizeof(retry));
	memcpy(body + 34, tail, sizeof(tail));
	ok(!server_hello_parse(body, 34 + sizeof(tail), &h) && h.hello_retry, "HelloRetryRequest");
	ok(h.version == 0x0304 && h.group == 29 && h.psk, "selected version, group and PSK");
	memset(&h, 0, sizeof(h));
	memcpy(body + 34, cut, sizeof(cut));
	ok(server_hello_parse(body, 34 + sizeof(cut), &h) && h.version == 0x0303,
	   "a version of one byte is refused, not read as zero");
}

static void names(void)
{
	ok(!strcmp(cipher_name(5), "TLS_RSA_WITH_RC4_128_SHA") && !strcmp(cipher_name(0x2a2a), "GREASE"),
	   "cipher names");
	ok(!strcmp(cipher_name(0x1301), "TLS_AES_128_GCM_SHA256") &&
		   !strcmp(group_name(0x11ec), "X25519MLKEM768") && !strcmp(version_name(0x7f1c), "1.3"),
	   "names at both ends of the tables");
	ok(!cipher_name(0xfef0) && !strcmp(alert_name(20), "bad_record_mac"), "alert names");
}

static void escapes(void)
{
	char *text = NULL;
	size_t bytes;
	struct json j;
	FILE *out;

	json_begin(&j, open_memstream(&text, &bytes));
	json_text(&j, "k", "a\"\x1b[\xff\xc3\xa9");
	json_end(&j, "");
	fclose(j.file);
	ok(!strcmp(text, "\"k\":\"a\\\"\\u001b[\xef\xbf\xbd\xc3\xa9\""), "JSON escapes");
	free(text);
	out = open_memstream(&text, &bytes);
	terminal_text(out, "\x1b[31m\xe2\x80\xae\xc2\x9bx\x7f");
	fclose(out);
	ok(!strcmp(text, "?[31m??x?"), "no control or bidi character reaches a terminal");
	free(text);
}

int main(void)
{
	client_hello();
	server_hello();
	server_extensions();
	names();
	escapes();
	return failed;
}
