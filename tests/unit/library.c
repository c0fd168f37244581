/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a probe goes in a function, and what a library's number means. */
#include <string.h>

#include <openssl/sslerr.h>
#include <openssl/x509_vfy.h>

#include "library/errors.h"
#include "probe/site.h"
#include "tap.h"
#include "tlstrace/library_event.h"

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
}

static void exits_are(const char *code, size_t bytes, size_t count, uint64_t offset,
		      uint32_t stack_bytes, bool emulated, int64_t outside, const char *what)
{
	struct site exits[4];
	int64_t goes;
	size_t found = sites_of_exits((const uint8_t *)code, bytes, exits, 4, &goes);
	bool good = found == count && goes == outside;

	if (count)
		good = good && exits[0].offset == offset && exits[0].stack_bytes == stack_bytes &&
		       exits[0].emulated == emulated;
	ok(good, what);
	if (!good && found)
		printf("# %zu, the first at %llu, %u bytes, %u; outside %lld\n", found,
		       (unsigned long long)exits[0].offset, exits[0].stack_bytes, exits[0].emulated,
		       (long long)goes);
}

#define EXITS(code, ...) exits_are(code, sizeof(code) - 1, __VA_ARGS__)

/* sub %fs:0x28,%rdx; jne; add $0x18,%rsp; pop %rbx; xor %edi,%edi; ret; call */
#define GUARD "\x64\x48\x2b\x14\x25\x28\x00\x00\x00"
#define UNWIND "\x48\x83\xc4\x18\x5b\x31\xff\xc3"

static void exits(void)
{
	ok(site_of_member((const uint8_t *)"\x8b\x87\xb0\x01\x00\x00\x31\xff\xc3", 9) == 0x1b0, "a getter's member");
	ok(site_of_member((const uint8_t *)"\xf3\x0f\x1e\xfa\x8b\x47\x14\xc3", 8) == 0x14, "a near one");
	ok(site_of_member((const uint8_t *)"\x8b\x47\x14\x01\xc0\xc3", 6) == -1, "it does more");
	ok(site_of_member((const uint8_t *)"\x8b\x47\xf0\xc3", 4) == -1, "before the object");
	ok(site_of_member((const uint8_t *)"\x8b\x87\xb0", 3) == -1, "half of it");
	EXITS("\x8b\x47\x14\xc3", 1, 3, 0, false, EXIT_NOWHERE, "the return of a getter");
	EXITS("\x8b\x47\x14", 0, 0, 0, false, EXIT_NOWHERE, "none");
	EXITS(GUARD "\x75\x08" UNWIND "\xe8\x00\x00\x00\x00", 1, 9, 32, true, EXIT_NOWHERE,
	      "the branch of the stack protector, with the stack that is left");
	EXITS("\x85\xc0\x90\x90\x90\x90\x90\x90\x90\x75\x08" UNWIND "\xe8\x00\x00\x00\x00", 1, 18, 0,
	      false, EXIT_NOWHERE, "another branch is no exit: it may be passed twice");
	EXITS("\x85\xff\x78\x0b" GUARD "\x75\x08" UNWIND "\xe8\x00\x00\x00\x00", 1, 22, 0, false, EXIT_NOWHERE,
	      "nor where a jump leads behind it");
	EXITS(GUARD "\x75\x0a\x31\xc0" UNWIND "\xe8\x00\x00\x00\x00", 1, 20, 0, false, EXIT_NOWHERE,
	      "nor where the result comes after it");
	EXITS("\x85\xff\x74\x01\xc3\xc3", 2, 4, 0, false, EXIT_NOWHERE, "two returns");
	EXITS("\x48\x83\xc4\x08\xe9\x00\x01\x00\x00", 0, 0, 0, false, 9 + 256, "a tail call");
	EXITS("\x48\x83\xc4\x08\xe9\xf3\xff\xff\xff", 0, 0, 0, false, 9 - 13, "a tail call backwards");
	EXITS("\x85\xff\x74\x02\xff\xe0\xc3", 1, 6, 0, false, EXIT_UNKNOWN, "and where a register says");
	EXITS("\xeb\xfe\xc3", 0, 0, 0, false, EXIT_NOWHERE, "a return that nothing leads to");
	EXITS("\xeb\x01\xff\xc3", 1, 3, 0, false, EXIT_NOWHERE, "what is jumped over is not decoded");
}
#else
static void sites(void)
{
}

static void exits(void)
{
	struct site found[2];
	int64_t outside;

	ok(sites_of_exits((const uint8_t *)"\xc0\x03\x5f\xd6", 4, found, 2, &outside) == 1, "ret");
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
	ok(error("openssl", 260, -1, true).sends == 47 && error("openssl", 103, -1, false).sends == 10, "a broken ChangeCipherSpec");
	e = error("gnutls", -54, -1, true);
	ok(e.ends_quietly && e.broken && !error("gnutls", -110, -1, true).broken,
	   "a connection that broke is no end of the stream, and both reach nobody");
	e = error("gnutls", -24, -1, true);
	ok(!strcmp(e.text, "Decryption has failed.") && e.code == -24, "GnuTLS has its own");
	e = error("nss", -12195, -1, true);
	ok(e.received == 48 && e.sends == -1, "NSS: unknown_ca was received");
	e = error("nss", -12273, -1, true);
	ok(e.received == -1 && e.sends == 20 && strstr(e.text, "Message Authentication Code"), "NSS: its text, and bad_record_mac is sent");
	ok(error("nss", -12286, -1, true).sends == -1, "NSS: one error at both ends: no alert follows from it");
	ok(!strcmp(library_call_name("openssl", 2), "SSL_read") && !library_call_name("openssl", 99) &&
		   !strcmp(library_call_name("gnutls", 4), "gnutls_bye"), "the calls' names");
}

static struct library_error go_of(struct go_said said)
{
	struct library_error e = { .library = "go" };

	library_go_read(&e, &said);
	return e;
}

static struct library_error go(int alert, bool received, unsigned int type, int64_t number, const char *text)
{
	return go_of((struct go_said){ alert, received, type, number, text, false });
}

static void go_errors(void)
{
	struct library_error e = go(42, true, TT_GO_ERROR_ALERT, -1, "");

	ok(e.received == 42 && e.sends == -1 && !e.unnumbered && !strcmp(e.text, "remote error: tls: bad certificate"),
	   "Go: an alert from the other end");
	e = go(20, false, TT_GO_ERROR_OTHER, -1, "");
	ok(e.sends == 20 && e.received == -1 && !strcmp(e.text, "local error: tls: bad record MAC"), "Go: its own");
	e = go_of((struct go_said){ 42, false, TT_GO_ERROR_OTHER, -1, "", true });
	ok(e.sends == 42 && e.unnumbered && !*e.text, "Go: a handshake's error of an unknown type sent an alert, and says nothing");
	e = go(40, false, TT_GO_ERROR_TEXT, -1, "tls: no cipher suite supported by both client and server; sorry");
	ok(e.cause == SSL_R_NO_SHARED_CIPHER && e.unnumbered && e.sends == 40, "Go: a text, and what it means");
	e = go(42, false, TT_GO_ERROR_INVALID, 1, "current time 2026-01-02T03:04:05Z is before 2027-01-01T00:00:00Z");
	ok(e.verify == X509_V_ERR_CERT_NOT_YET_VALID && e.verify_text, "Go: not valid yet");
	e = go(42, false, TT_GO_ERROR_INVALID, 1, "");
	ok(e.verify == X509_V_ERR_CERT_HAS_EXPIRED, "Go: expired");
	e = go(42, false, TT_GO_ERROR_INVALID, 99, "");
	ok(e.verify == X509_V_ERR_UNSPECIFIED, "Go: a number of a later release");
	e = go(42, false, TT_GO_ERROR_INVALID, 10, "all candidate chains have invalid policies");
	ok(e.verify == X509_V_ERR_UNSPECIFIED && !strcmp(e.verify_text, "x509: no valid chains built"), "Go: no valid chains (1.24)");
	e = go(121, false, TT_GO_ERROR_ECH, -1, "");
	ok(e.sends == 121 && e.unnumbered && !strcmp(e.text, "tls: server rejected ECH"), "Go: ECH rejected (1.23)");
	ok(go(-1, false, TT_GO_ERROR_TEXT, -1, "EOF").ends_quietly && go(-1, false, TT_GO_ERROR_ERRNO, 104, "").ends_quietly &&
	   go(-1, false, TT_GO_ERROR_CLOSED, -1, "").ends_quietly,
	   "Go: the other end is gone");
	e = go(-1, false, 9999, -1, "");
	ok(e.unnumbered && !*e.text && e.sends == -1, "Go: an error of an unknown type says nothing");
}

int main(void)
{
	go_errors();
	sites();
	exits();
	numbers();
	return failed;
}
