/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a probe goes in a function, and what a library's number means. */
#include <string.h>

#include "library/errors.h"
#include "probe/site.h"
#include "tap.h"

#if defined(__x86_64__)
static void site_is(const char *code, size_t bytes, int arguments, uint64_t offset,
		    uint32_t stack_bytes, const char *what)
{
	struct site s = site_of_entry((const uint8_t *)code, bytes, arguments);

	ok(s.offset == offset && s.stack_bytes == stack_bytes, what);
	if (s.offset != offset || s.stack_bytes != stack_bytes)
		printf("# at %llu, %u bytes\n", (unsigned long long)s.offset, s.stack_bytes);
}

#define SITE(code, ...) site_is(code, sizeof(code) - 1, __VA_ARGS__)

static void sites(void)
{
	SITE("\x55\x48\x89\xe5", 1, 0, 0, "push at the begin");
	SITE("\xf3\x0f\x1e\xfa\x41\x57", 1, 4, 0, "endbr64, push r15: the push");
	SITE("\x48\x83\xec\x18\x85\xd2\x78\x12", 1, 6, 24, "sub rsp, test, js: the js, with its stack");
	SITE("\x48\x83\xec\x08\xe8\x00\x00\x00\x00", 1, 4, 8, "sub rsp, call");
	SITE("\x31\xff\x55", 1, 0, 0, "the first argument is cleared before: the begin");
	SITE("\x31\xf6\x55", 1, 2, 0, "the second is not asked for");
	SITE("\x31\xf6\x55", 2, 0, 0, "or it is");
	SITE("\x40\xb7\x01\x55", 1, 0, 0, "a part of the argument's register counts");
	SITE("\x48\x83\xe4\xf0\x55", 1, 0, 0, "an aligned stack: the begin");
	SITE("\xff\xe0\x55", 1, 0, 0, "not behind a jump that must be stepped over");
	SITE("\xc3\x55", 1, 0, 0, "nor behind a return");
	SITE("\x48", 1, 0, 0, "half an instruction");
	ok(site_of_return((const uint8_t *)"\x8b\x47\x14\xc3", 4) == 3, "the return of a getter");
	ok(site_of_return((const uint8_t *)"\x8b\x47\x14", 3) == -1, "none");
}
#else
static void sites(void)
{
	ok(site_of_return((const uint8_t *)"\xc0\x03\x5f\xd6", 4) == 0, "ret");
}
#endif

static struct library_error error(const char *library, int number, int verify, bool tls13)
{
	struct library_error e = { .library = library, .version = "3.0.1", .verify = verify };

	library_error_read(&e, number, tls13);
	return e;
}

static void numbers(void)
{
	struct library_error e = error("openssl", 281, -1, false);

	ok(!strcmp(e.text, "decryption failed or bad record mac") && e.sends == 20 && e.received == -1,
	   "281: its text, and bad_record_mac is sent");
	e = error("openssl", 1048, 20, false);
	ok(e.received == 48 && e.sends == -1 && !e.verify_text, "1048: unknown_ca was received");
	e = error("openssl", 1256, -1, false);
	ok(e.received == -1, "1256 is no alert");
	ok(error("openssl", 199, -1, false).sends == 40 && error("openssl", 199, -1, true).sends == 116,
	   "no certificate: by version");
	e = error("openssl", 134, 10, true);
	ok(e.sends == 45 && !strcmp(e.verify_text, "certificate has expired"), "134 with 10: expired");
	ok(error("openssl", 134, 9, true).sends == 42, "134 with 9, not valid yet: bad_certificate");
	ok(error("openssl", 134, -1, true).sends == -1, "134 alone: nobody knows");
	ok(error("openssl", 294, -1, true).ends_quietly, "the other end is gone");
	e = error("gnutls", -24, -1, true);
	ok(!strcmp(e.text, "Decryption has failed.") && e.code == -24, "GnuTLS has its own");
	ok(!strcmp(library_call_name("openssl", 2), "SSL_read") && !library_call_name("openssl", 99) &&
		   !strcmp(library_call_name("gnutls", 4), "gnutls_bye"), "the calls' names");
}

int main(void)
{
	sites();
	numbers();
	return failed;
}
