/* SPDX-License-Identifier: GPL-2.0-only */
/* facts_made.h - connections and alerts to judge, and what is said of them. */
#ifndef TT_TESTS_FACTS_MADE_H
#define TT_TESTS_FACTS_MADE_H

#include "diagnose/facts.h"
#include "tap.h"

static struct process nobody;
static struct finding said;

#define S ROLE_SERVER
#define C ROLE_CLIENT

/* A connection whose handshake failed: hellos seen, TLS 1.2, no session resumed. */
static inline struct conn failed_conn(void)
{
	struct conn c = { .id = 1, .role = ROLE_CLIENT, .process = &nobody, .failed = true };

	c.client.seen = c.server.seen = true;
	c.client.server_name = "a.test";
	c.client.legacy_version = 0x0303;
	c.server.version = 0x0303;
	c.server.cipher = 0xc02f;
	strcpy(c.history, "Cs");
	memcpy(c.local.address, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x7f\0\0\x01", 16);
	memcpy(c.remote.address, c.local.address, 16);
	c.remote.port = 443;
	return c;
}

/* A handshake that ended; `id` is both its number and its client port. */
static inline struct conn ended(uint64_t id, bool worked, bool resumed)
{
	struct conn c = failed_conn();

	c.id = c.local.port = id;
	c.failed = !worked;
	c.established = worked;
	c.resumed = c.offered = resumed;
	c.server.session_id_bytes = 32;
	memset(c.server.session_id, 7, 32);
	c.client.session_id_bytes = resumed ? 32 : 0;
	memset(c.client.session_id, 7, 32);
	return c;
}

/* A fatal alert; `protected` records of the other end came right before it. */
static inline struct alert fatal(enum tls_role sender, uint8_t description, int protected)
{
	struct alert a = { .level = 2, .description = description, .readable = true,
			   .sender = sender, .sent = sender == ROLE_CLIENT };

	for (int i = 0; i < protected; i++)
		a.after[a.after_count++] = (struct past_record){
			.time_ns = 1000, .type = 22, .length = 40, .version = 0x0303, .encrypted = true,
			.sender = sender == ROLE_CLIENT ? ROLE_SERVER : ROLE_CLIENT };
	return a;
}

static inline const char *code(const struct conn *c, const struct alert *a)
{
	return diagnose(c, a, 1000000000000, &said) ? said.code : "";
}

static inline void is(const char *wanted, const struct conn *c, const struct alert *a, const char *what)
{
	char line[160];
	int good = !strcmp(code(c, a), wanted);

	snprintf(line, sizeof(line), "%s: %s", *wanted ? wanted : "nothing", what);
	ok(good, line);
	if (!good)
		printf("# said %s\n", code(c, a));
}

static inline bool has(const struct sentences *s, const char *words)
{
	for (int i = 0; i < s->count; i++)
		if (strstr(s->text[i], words))
			return true;
	return false;
}

#endif /* TT_TESTS_FACTS_MADE_H */
