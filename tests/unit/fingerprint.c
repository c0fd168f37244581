/* SPDX-License-Identifier: GPL-2.0-only */
/* JA3, JA3S and JA4 against the examples that their documents publish. */
#include "tap.h"

#include "wire/hello.h"

static struct made hello(int version, const int *ciphers, const struct made *extensions)
{
	struct made m = { 0 }, list = codes(2, ciphers);

	add_uint(&m, version, 2);
	m.have += 32; /* random */
	add_uint(&m, 0, 1);
	add(&m, list.at, list.have);
	add_uint(&m, 0x0100, 2); /* compression */
	if (extensions)
		add_vector(&m, 2, extensions);
	return m;
}

/* The README of JA3: 769,47-53-...,0-10-11,23-24-25,0 and one without extensions. */
static void ja3(void)
{
	static const int suites[] = { 47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4, -1 };
	static const int old[] = { 4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99, -1 };
	static const int curves[] = { 0x2a2a, 23, 24, 25, -1 };
	struct made extensions = { 0 }, none = { 0 }, formats = { 2, { 1, 0 } };
	struct made groups = codes(2, curves), m;
	struct client_hello h = { 0 };

	add_extension(&extensions, 0, &none);
	add_extension(&extensions, 0x1a1a, &none);
	add_extension(&extensions, 10, &groups);
	add_extension(&extensions, 11, &formats);
	m = hello(769, suites, &extensions);
	ok(!client_hello_parse(m.at, m.have, &h) &&
		   !strcmp(h.ja3, "ada70206e40642a3e4461f35503241d5"),
	   "JA3 with extensions, GREASE left out");
	client_hello_free(&h);
	m = hello(769, old, NULL);
	ok(!client_hello_parse(m.at, m.have, &h) &&
		   !strcmp(h.ja3, "de350869b8c85de67a350c8d186f11e6"),
	   "JA3 without extensions");
	ok(strlen(h.ja4) == 36 && !memcmp(h.ja4, "t10i110000_", 11) &&
		   !strcmp(h.ja4 + 24, "000000000000"),
	   "JA4 without extensions ends in zeros");
	client_hello_free(&h);
}

/* 769,47,65281-0-11-35-5-16 */
static void ja3s(void)
{
	static const int types[] = { 65281, 0, 11, 35, 5, -1 };
	struct made m = { 0 }, extensions = { 0 }, none = { 0 }, alpn = { 5, { 0, 3, 2, 'h', '2' } };
	struct server_hello h = { 0 };

	add_uint(&m, 769, 2);
	m.have += 32;
	add_uint(&m, 0, 1);
	add_uint(&m, 47, 2);
	add_uint(&m, 0, 1);
	for (int i = 0; types[i] >= 0; i++)
		add_extension(&extensions, types[i], &none);
	add_extension(&extensions, 16, &alpn);
	add_vector(&m, 2, &extensions);
	ok(!server_hello_parse(m.at, m.have, &h) &&
		   !strcmp(h.ja3s, "836ce314215654b5b1f85f97c73e506f") && !strcmp(h.alpn, "h2"),
	   "JA3S");
	server_hello_free(&h);
}

/* The worked example of the JA4 specification. */
static void ja4_extensions(struct made *out, const char *protocol)
{
	static const int order[] = { 0x1b, 0, 0x33, 0x10, 0x4469, 0x17, 0x2d, 0xd, 5, 0x23,
				     0x12, 0x2b, 0xff01, 0xa, 0xb, 0x15, 0x3a3a, -1 };
	static const int signatures[] = { 0x0403, 0x0804, 0x0401, 0x0503,
					  0x0805, 0x0501, 0x0806, 0x0601, -1 };
	static const int versions[] = { 0xfafa, 0x0304, 0x0303, -1 };
	struct made name = { 0 }, names = { 0 };

	add_uint(&name, strlen(protocol), 1);
	add(&name, protocol, strlen(protocol));
	add_vector(&names, 2, &name);
	for (int i = 0; order[i] >= 0; i++) {
		struct made body = { 0 };

		switch (order[i]) {
		case 0x0d: body = codes(2, signatures); break;
		case 0x10: body = names; break;
		case 0x2b: body = codes(1, versions); break;
		case 0x1b: body = codes(1, (const int[]){ 2, -1 }); break;
		case 0x0a: body = codes(2, (const int[]){ 29, -1 }); break;
		case 0x0b: add_uint(&body, 0x0100, 2); break;
		case 0x2d: add_uint(&body, 0x0101, 2); break;
		case 0x33: add_uint(&body, 0, 2); break;
		}
		add_extension(out, order[i], &body);
	}
}

static void ja4_with(const char *protocol, const char *expected, const char *what)
{
	static const int suites[] = { 0x8a8a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030,
				      0xcca9, 0xcca8, 0xc013, 0xc014, 0x9c,	0x9d,	0x2f,	0x35,
				      -1 };
	struct made extensions = { 0 }, m;
	struct client_hello h = { 0 };

	ja4_extensions(&extensions, protocol);
	m = hello(0x0303, suites, &extensions);
	ok(!client_hello_parse(m.at, m.have, &h) && !strcmp(h.ja4, expected), what);
	if (strcmp(h.ja4, expected))
		printf("# %s\n", h.ja4);
	client_hello_free(&h);
}

int main(void)
{
	ja3();
	ja3s();
	ja4_with("h2", "t13d1516h2_8daaf6152771_e5627efa2ab1", "JA4 of the specification's example");
	ja4_with("http/1.1", "t13d1516h1_8daaf6152771_e5627efa2ab1", "JA4: first and last character");
	ja4_with("\xab\xcd", "t13d1516ad_8daaf6152771_e5627efa2ab1", "JA4: bytes that are no text");
	ja4_with("", "t13d151600_8daaf6152771_e5627efa2ab1", "JA4: an empty name");
	return failed;
}
