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

/* "1301,c02b" to codes that end with -1. */
static const int *listed(const char *text, int *out)
{
	int *at = out;

	for (; *text; text += 4, text += *text == ',')
		sscanf(text, "%4x", (unsigned int *)at++);
	*at = -1;
	return out;
}

/* A hello of these lists in wire order, with ALPN "h2" where there is such an extension. */
static struct made listed_hello(int version, const char *ciphers, const char *extensions,
				const char *signatures)
{
	static const int modern[] = { 0x2a2a, 0x0304, 0x0303, -1 };
	int code[128], inner[64];
	struct made all = { 0 }, name = { 2, { 'h', '2' } };

	listed(extensions, code);
	for (int i = 0; code[i] >= 0; i++) {
		struct made body = { 0 }, one = { 0 };

		switch (code[i]) {
		case 0x0a: body = codes(2, (const int[]){ 29, -1 }); break;
		case 0x0b: add_uint(&body, 0x0100, 2); break;
		case 0x0d: body = codes(2, listed(signatures, inner)); break;
		case 0x10:
			add_vector(&one, 1, &name);
			add_vector(&body, 2, &one);
			break;
		case 0x1b: body = codes(1, (const int[]){ 2, -1 }); break;
		case 0x29: add_uint(&body, 0, 2); break;
		case 0x2b: body = codes(1, modern); break;
		case 0x2d: add_uint(&body, 0x0101, 2); break;
		case 0x33: add_uint(&body, 0, 2); break;
		}
		add_extension(&all, code[i], &body);
	}
	return hello(version, listed(ciphers, code), &all);
}

/* Lists and fingerprints as published beside the captures of the reference implementation. */
static void ja4_published(void)
{
#define CHROME "1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035"
#define CHROME_SIGNS "0403,0804,0401,0503,0805,0501,0806,0601"
	static const struct {
		const char *what;
		int version;
		const char *ciphers, *extensions, *signatures, *ja4;
	} table[] = {
		{ "badcurveball", 0x0303, "0a0a," CHROME ",000a",
		  "0000,0017,ff01,000a,000b,0023,0010,0005,000d,0012,0033,002d,002b,001b,0015,1a1a",
		  CHROME_SIGNS ",0201", "t13d1615h2_46e7e9700bed_45f260be83e2" },
		{ "sigalg-grease", 0x0303, CHROME,
		  "fe0d,0010,0017,0033,44cd,ff01,000a,000d,0023,002b,000b,ca34,002d,0000,0005,001b,0012",
		  "5a5a,0904,0905,0906," CHROME_SIGNS, "t13d1517h2_8daaf6152771_cb7bf5808d99" },
		{ "ipv6, LibreSSL", 0x0303,
		  "c030,c02c,c028,c024,c014,c00a,009f,006b,0039,cca9,cca8,ccaa,ff85,00c4,0088,0081,"
		  "009d,003d,0035,00c0,0084,c02f,c02b,c027,c023,c013,c009,009e,0067,0033,00be,0045,"
		  "009c,003c,002f,00ba,0041,c011,c007,0005,0004,c012,c008,0016,000a,00ff",
		  "0000,000b,000a,000d,0010",
		  "0601,0603,efef,0501,0503,0401,0403,eeee,eded,0301,0303,0201,0203",
		  "t12d4605h2_85626a9a5f7f_aaf95bb78ec9" },
		{ "socks-https-example, no extension but a name", 0x0301,
		  "0039,0038,0035,0016,0013,000a,0033,0032,002f,009a,0099,0096,0005,0004,0015,0012,"
		  "0009,0014,0011,0008,0006,0003,00ff",
		  "0000", "", "t10d230100_6a57a6f57151_000000000000" },
		{ "tls-sni, no ALPN", 0x0303, CHROME,
		  "0033,002b,001b,0000,0012,002d,000d,000a,0005,0023,0017,ff01,000b,0015",
		  CHROME_SIGNS, "t13d151400_8daaf6152771_de4a06bb82e3" },
		{ "tls3, a pre-shared key", 0x0303, CHROME,
		  "0033,000a,0005,000d,0012,0000,0010,002b,0023,001b,0017,002d,ff01,4469,000b,0029",
		  CHROME_SIGNS, "t13d1516h2_8daaf6152771_9b887d9acb53" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct made m = listed_hello(table[i].version, table[i].ciphers, table[i].extensions,
					     table[i].signatures);
		struct client_hello h = { 0 };

		client_hello_parse(m.at, m.have, &h);
		ok(!strcmp(h.ja4, table[i].ja4), table[i].what);
		if (strcmp(h.ja4, table[i].ja4))
			printf("# %s, not %s\n", h.ja4, table[i].ja4);
		client_hello_free(&h);
	}
}

int main(void)
{
	ja3();
	ja3s();
	ja4_published();
	ja4_with("h2", "t13d1516h2_8daaf6152771_e5627efa2ab1", "JA4 of the specification's example");
	ja4_with("http/1.1", "t13d1516h1_8daaf6152771_e5627efa2ab1", "JA4: first and last character");
	ja4_with("\xab\xcd", "t13d1516ad_8daaf6152771_e5627efa2ab1", "JA4: bytes that are no text");
	ja4_with("\xab", "t13d1516ab_8daaf6152771_e5627efa2ab1", "JA4: one byte that is no text");
	ja4_with("\x30\xab", "t13d15163b_8daaf6152771_e5627efa2ab1", "JA4: text, then none");
	ja4_with("\x30\x31\xab\xcd", "t13d15163d_8daaf6152771_e5627efa2ab1", "JA4: text and none");
	ja4_with("\x30\xab\xcd\x31", "t13d151601_8daaf6152771_e5627efa2ab1", "JA4: text at both ends");
	ja4_with("x", "t13d1516xx_8daaf6152771_e5627efa2ab1", "JA4: a name of one character");
	ja4_with("", "t13d151600_8daaf6152771_e5627efa2ab1", "JA4: an empty name");
	return failed;
}
