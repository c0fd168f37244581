/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What history and diagnosis add to each healthy connection, and the memory that they take:
 * as many distinct pairs of ends as argv[1] says, each with a session of its own.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "diagnose/diagnose.h"
#include "track/history.h"
#include "util/clock.h"

static long resident_kib(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

static struct conn healthy(uint32_t number)
{
	static struct process nobody;
	struct conn c = { .id = number, .role = ROLE_SERVER, .process = &nobody, .established = true,
			  .close = CLOSE_NOTIFY };

	c.client.seen = c.server.seen = true;
	c.client.server_name = "a.test";
	c.server.version = 0x0303;
	c.server.cipher = 0xc02f;
	c.local.port = 443;
	memcpy(c.local.address, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\0\0\x01", 16);
	memcpy(c.remote.address, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
	memcpy(c.remote.address + 12, &number, 4);
	c.remote.port = 40000;
	c.server.session_id_bytes = 32;
	memcpy(c.server.session_id, &number, 4);
	return c;
}

static void judge(const struct conn *c, enum moment moment)
{
	struct finding finding;
	size_t next = 0;

	while (diagnose_remark(c, moment, 1, &next, &finding)) {
		fprintf(stderr, "a finding of a healthy connection: %s\n", finding.code);
		exit(1);
	}
}

/* How long it takes to make so many connections, and with history and diagnosis. */
static int64_t pass(struct history *history, uint32_t count)
{
	int64_t begin_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);

	for (uint32_t i = 0; i < count; i++) {
		struct conn c = healthy(i);

		__asm__ volatile("" : : "r"(&c) : "memory");
		if (!history)
			continue;
		history_handshake(history, &c, i);
		judge(&c, AT_SUCCESS);
		judge(&c, AT_CLOSE);
	}
	return clock_ns(CLOCK_PROCESS_CPUTIME_ID) - begin_ns;
}

int main(int argc, char **argv)
{
	uint32_t count = argc > 1 ? (uint32_t)atoi(argv[1]) : 1000000;
	struct history *history = history_new(HISTORY_SESSIONS, HISTORY_PAIRS);
	long before_kib = resident_kib();
	int64_t without_ns = pass(NULL, count), with_ns = pass(history, count);

	printf("history and diagnosis: %.2f us per healthy connection\n",
	       (double)(with_ns - without_ns) / count / 1000);
	printf("%u distinct pairs: %ld KiB, %llu entries evicted\n", count, resident_kib() - before_kib,
	       (unsigned long long)history_evicted(history));
	history_free(history);
	return 0;
}
