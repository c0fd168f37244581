/* SPDX-License-Identifier: GPL-2.0-only */
#include "check/plan.h"

#include <arpa/inet.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/client.h"
#include "check/resolve.h"

static bool is_address(const char *text)
{
	uint8_t address[16];

	/* An address may have a zone. */
	return inet_pton(AF_INET, text, address) == 1 || strchr(text, ':');
}

const char *check_library(void)
{
	static char text[32];

	if (!*text)
		snprintf(text, sizeof(text), "OpenSSL %s", OpenSSL_version(OPENSSL_VERSION_STRING));
	return text;
}

struct check *check_new(const struct check_config *config, const struct check_out *out,
			char error[CHECK_ERROR_BYTES], bool *usage)
{
	struct check *c = calloc(1, sizeof(*c));
	SSL_CTX *client;

	*usage = false;
	if (!c) {
		snprintf(error, CHECK_ERROR_BYTES, "out of memory");
		return NULL;
	}
	client = client_new(config, TLS1_2_VERSION, CLIENT_VERIFIES, error, usage);
	if (!client) {
		free(c);
		return NULL;
	}
	SSL_CTX_free(client);
	c->config = *config;
	c->out = out;
	c->name = config->server_name ? config->server_name : is_address(config->host) ? NULL : config->host;
	/* A certificate knows no zones. */
	snprintf(c->host, sizeof(c->host), "%.*s", (int)strcspn(config->host, "%"), config->host);
	c->verify_name = config->server_name ? config->server_name : c->host;
	return c;
}

struct check_row plan_begin(const char *version, const char *what)
{
	struct check_row row = { .alert = -1 };

	snprintf(row.tried, sizeof(row.tried), "%s %s", version, what);
	return row;
}

void plan_skip(struct check *c, struct check_row *row, const char *why)
{
	row->result = CHECK_SKIPPED;
	snprintf(row->words, sizeof(row->words), "not tried");
	snprintf(row->reason, sizeof(row->reason), "%.*s", (int)sizeof(row->reason) - 1, why);
	c->out->row(c->out->arg, row);
}

void plan_row(struct check_row *row, const struct attempt *a)
{
	row->result = a->end == ATTEMPT_OK ? CHECK_OK : CHECK_FAILED;
	snprintf(row->words, sizeof(row->words), "%s", row->result == CHECK_OK ? "ok" : "failed");
	row->duration_ns = a->handshake_ns;
	/* The library's alert to a server that is gone says nothing. */
	row->alert = a->end == ATTEMPT_FAILED ? a->alert : -1;
	row->alert_sent = a->alert_sent;
	attempt_reason(a, row->reason);
	if (row->result == CHECK_OK)
		snprintf(row->reason, sizeof(row->reason), "%s%s", a->cipher ? a->cipher : "",
			 a->asked ? ", without the client certificate that is asked for" : "");
}

void plan_judged(const struct check *c, const struct check_row *row, enum check_verdict verdict)
{
	c->out->judged(c->out->arg, row, verdict);
}

static unsigned int planned(const struct check *c)
{
	unsigned int all = VERSIONS + 3 * (1 + c->config.reconnections) + 1;

	return all > c->connections ? all : c->connections;
}

/* "127.0.0.1:443", "[::1]:443" */
static void endpoint_text(const struct addrinfo *to, char text[80])
{
	char host[64] = "?", port[8] = "?";

	getnameinfo(to->ai_addr, to->ai_addrlen, host, sizeof(host), port, sizeof(port),
		    NI_NUMERICHOST | NI_NUMERICSERV);
	snprintf(text, 80, to->ai_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

/* Where one address takes no connection the next one may; only at the first attempt. */
static void connect_somewhere(struct check *c, struct attempt *a)
{
	for (;;) {
		attempt(a, &c->config, c->out, c->to->ai_addr, c->to->ai_addrlen);
		if (a->end != ATTEMPT_UNREACHABLE || a->connected || c->connections > 1 ||
		    !c->to->ai_next)
			return;
		c->to = c->to->ai_next;
	}
}

void plan_try(struct check *c, const struct check_row *row, struct attempt *a)
{
	char where[80];

	c->connections++;
	c->out->step(c->out->arg, row, c->connections, planned(c));
	connect_somewhere(c, a);
	if (a->end != ATTEMPT_UNREACHABLE && a->end != ATTEMPT_STOPPED)
		return;
	c->over = true;
	endpoint_text(c->to, where);
	snprintf(c->error, CHECK_ERROR_BYTES, "%s: %s", where,
		 a->end == ATTEMPT_STOPPED ? "interrupted" : a->why);
	if (c->connections > 1 && a->end == ATTEMPT_UNREACHABLE)
		snprintf(c->error, CHECK_ERROR_BYTES, "%s: %.200s, after %u connections", where, a->why,
			 c->connections - 1);
}

/* Whether the server does without the name, and answers with another certificate then. */
static void try_without_name(struct check *c, const struct tried *with)
{
	struct check_row row = plan_begin(client_version_name(with->version), "full, without SNI");
	struct attempt a = { .verify_name = NULL };
	char error[CHECK_ERROR_BYTES];
	bool usage;

	if (!c->name) {
		plan_skip(c, &row, "no other line has a server name: the host is an address");
		return;
	}
	/* It is no question of trust: what an unnamed client gets is any certificate. */
	a.client = client_new(&c->config, with->version, 0, error, &usage);
	if (!a.client) {
		plan_skip(c, &row, error);
		return;
	}
	plan_try(c, &row, &a);
	if (a.connected && a.end != ATTEMPT_STOPPED) {
		plan_row(&row, &a);
		if (row.result == CHECK_FAILED) {
			row.result = CHECK_REFUSED;
			snprintf(row.words, sizeof(row.words), "refused");
		} else {
			snprintf(row.reason, sizeof(row.reason), "%s certificate as with the name",
				 memcmp(a.certificate, with->certificate, 32) ? "not the same" : "the same");
		}
		plan_judged(c, &row, CHECK_NOTE);
		c->out->row(c->out->arg, &row);
	}
	SSL_CTX_free(a.client);
	attempt_free(&a);
}

bool check_run(struct check *c, char error[CHECK_ERROR_BYTES])
{
	const struct tried *best = NULL;

	c->error = error;
	*error = 0;
	c->addresses = resolve(&c->config, error);
	if (!c->addresses)
		return false;
	c->to = c->addresses;
	plan_versions(c);
	for (int i = VERSIONS - 1; i >= 0; i--)
		if (c->tried[i].works)
			best = &c->tried[i];
	if (!c->over && best)
		plan_resumptions(c);
	if (!c->over && best)
		try_without_name(c, best);
	return !*error;
}

void check_free(struct check *c)
{
	if (c->addresses)
		freeaddrinfo(c->addresses);
	free(c);
}
