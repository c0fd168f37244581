/* SPDX-License-Identifier: GPL-2.0-only */
/* versions.c - a full handshake of each version, and which failures are no fault. */
#include <stdio.h>
#include <string.h>

#include "check/client.h"
#include "check/plan.h"

#define PROTOCOL_VERSION_ALERT 70

static const int versions[VERSIONS] = { TLS1_3_VERSION, TLS1_2_VERSION, TLS1_1_VERSION, TLS1_VERSION };

static void note_level(struct tried *t)
{
	size_t used = strlen(t->row.reason);

	if (t->version < TLS1_2_VERSION)
		snprintf(t->row.reason + used, sizeof(t->row.reason) - used,
			 "%sat security level 0", used ? ", " : "");
}

static void take(struct check *c, struct tried *t, const struct attempt *a)
{
	bool verified = a->error.reason != SSL_R_CERTIFICATE_VERIFY_FAILED;

	plan_row(&t->row, a);
	note_level(t);
	/* An interrupted one is nobody's fault. */
	t->connected = a->connected && a->end != ATTEMPT_STOPPED;
	t->spoken = a->cipher != NULL;
	t->works = a->end == ATTEMPT_OK || !verified;
	t->refused = a->end == ATTEMPT_FAILED && a->alert == PROTOCOL_VERSION_ALERT && !a->alert_sent;
	t->answered = t->spoken || (a->end == ATTEMPT_FAILED && a->alert >= 0 && !a->alert_sent && !t->refused);
	memcpy(t->certificate, a->certificate, sizeof(t->certificate));
	c->trusted &= verified;
}

static void try_version(struct check *c, struct tried *t, unsigned int wishes, enum attempt_end *end,
			bool *not_tls)
{
	struct attempt a = { .name = c->name, .verify_name = c->verify_name };
	char error[CHECK_ERROR_BYTES];
	const char *lacks;
	bool usage;

	*end = ATTEMPT_OK;
	a.client = client_new(&c->config, t->version, CLIENT_VERIFIES | wishes, error, &usage);
	lacks = !a.client ? error : wishes ? NULL : client_lacks(a.client, &c->config, t->version);
	if (lacks) {
		t->row.result = CHECK_SKIPPED;
		snprintf(t->row.words, sizeof(t->row.words), "not tried");
		snprintf(t->row.reason, sizeof(t->row.reason), "%.*s",
			 (int)sizeof(t->row.reason) - 1, lacks);
	} else {
		plan_try(c, &t->row, &a);
		*end = a.end;
		*not_tls = a.not_tls;
		take(c, t, &a);
	}
	SSL_CTX_free(a.client);
	attempt_free(&a);
}

static bool answered_since(const struct check *c, int version)
{
	for (int i = 0; i < VERSIONS; i++)
		if (c->tried[i].answered && c->tried[i].version >= version)
			return true;
	return false;
}

/*
 * To a hello of TLS 1.3 alone, servers without it answer in many ways: its suites mean
 * nothing to them. Whether that is all, a client that offers TLS 1.2 too finds out.
 */
static void try_both(struct check *c)
{
	const struct tried *newest = &c->tried[0];
	enum attempt_end end;
	bool not_tls;

	if (!newest->connected || newest->spoken || newest->refused || !c->tried[1].works)
		return;
	c->both.version = newest->version;
	c->both.row = plan_begin("TLS 1.3 or 1.2", "full");
	try_version(c, &c->both, CLIENT_OR_BEFORE, &end, &not_tls);
}

/*
 * Not every version has to be spoken: a refusal that says so is a choice while there is one
 * that is no older than TLS 1.2. The versions before that are better refused, in whatever
 * way (RFC 8996).
 */
static enum check_verdict verdict_of(const struct check *c, const struct tried *t)
{
	if (t->works || t->spoken)
		return CHECK_FAULT;
	if (t->version < TLS1_2_VERSION)
		return answered_since(c, t->version + 1) ? CHECK_FINE : CHECK_FAULT;
	if (t == &c->tried[0] && c->both.works)
		return CHECK_NOTE;
	return t->refused && answered_since(c, TLS1_2_VERSION) ? CHECK_NOTE : CHECK_FAULT;
}

static void judge(struct check *c, struct tried *t)
{
	enum check_verdict verdict = verdict_of(c, t);

	if (verdict != CHECK_FAULT && t->row.result == CHECK_FAILED) {
		t->row.result = CHECK_REFUSED;
		snprintf(t->row.words, sizeof(t->row.words), "refused");
	}
	if (t->connected)
		plan_judged(c, &t->row, verdict);
	c->out->row(c->out->arg, &t->row);
}

void plan_versions(struct check *c)
{
	struct check_row rest = plan_begin("all", "else");
	bool not_tls = false;
	int made = 0, silent = 0;

	c->trusted = true;
	for (; made < VERSIONS && !c->over && !not_tls && silent < 2; made++) {
		struct tried *t = &c->tried[made];
		enum attempt_end end;

		t->version = versions[made];
		t->row = plan_begin(client_version_name(t->version), "full");
		try_version(c, t, 0, &end, &not_tls);
		silent += end == ATTEMPT_SILENT;
	}
	if (!c->over && !not_tls && silent < 2)
		try_both(c);
	/* The last one may be the one that made no connection. */
	for (int i = 0; i < made; i++)
		if (!c->over || c->tried[i].connected)
			judge(c, &c->tried[i]);
	if (c->both.connected)
		judge(c, &c->both);
	if (c->over)
		return;
	c->over = not_tls || silent == 2;
	if (c->over)
		plan_skip(c, &rest, not_tls ? "the server does not speak TLS here" :
					      "the server did not answer twice");
}
