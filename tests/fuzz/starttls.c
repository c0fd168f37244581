/* SPDX-License-Identifier: GPL-2.0-only */
/* What a server may say before TLS: the first byte chooses the protocol, the rest is said. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "check/starttls.h"
#include "util/clock.h"

static const char *const protocols[] = { "smtp", "imap", "pop3", "ftp",
					 "xmpp", "ldap", "postgres", "mysql" };
static const volatile sig_atomic_t stopped;

static void on_bytes(void *arg, bool sent, int64_t time_ns, const uint8_t *data, size_t bytes)
{
	(void)arg, (void)sent, (void)time_ns, (void)data, (void)bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct check_out out = { .bytes = on_bytes };
	struct channel c = { .out = &out, .stopped = &stopped,
			     .deadline_ns = clock_ns(CLOCK_MONOTONIC) + 1000000000 };
	char why[STARTTLS_WHY_BYTES];
	int pair[2], result;

	if (!size || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair))
		return 0;
	if (write(pair[1], data + 1, size - 1) < 0)
		abort();
	shutdown(pair[1], SHUT_WR);
	c.fd = pair[0];
	memset(why, 'x', sizeof(why));
	result = starttls(&c, protocols[data[0] % 8], "host.test", why);
	if (result > 0 || (result == -1 && strnlen(why, sizeof(why)) == sizeof(why)))
		abort();
	close(pair[0]);
	close(pair[1]);
	return 0;
}
