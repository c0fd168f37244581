/* SPDX-License-Identifier: GPL-2.0-only */
/* history.c - what came before a handshake, as sentences. */
#include <stdio.h>
#include <string.h>

#include "diagnose/facts.h"
#include "model/names.h"

#define COUNTS 64

static unsigned int good(const struct tally *t)
{
	return t->full_good + t->resumed_good;
}

static unsigned int all(const struct tally *t)
{
	return good(t) + t->full_bad + t->resumed_bad;
}

/* "3.2 s", "5 min" */
static const char *duration(int64_t ns, char text[32])
{
	double s = ns / 1e9;

	if (s < 120)
		snprintf(text, 32, "%.1f s", s);
	else if (s < 7200)
		snprintf(text, 32, "%.0f min", s / 60);
	else
		snprintf(text, 32, "%.0f h", s / 3600);
	return text;
}

static void say_differences(const struct facts *f, struct finding *out)
{
	const struct original *o = &f->conn->original;
	const struct conn *c = f->conn;
	char words[2][24];
	const char *cipher = cipher_name(o->cipher);

	if (c->server.seen && o->version != c->server.version)
		say(&out->evidence, "The session was made under %s and is resumed under %s.",
		    version_words(o->version, words[0]), version_words(c->server.version, words[1]));
	else if (c->server.seen && o->cipher != c->server.cipher && !is_tls13(o->version))
		say(&out->evidence, "The session was made with %s, and the ServerHello now says another cipher suite.",
		    cipher ? cipher : "an unregistered cipher suite");
	if (c->client.seen && !o->same_name && o->earlier_run)
		say(&out->evidence, "The session was made for another server name than \"%.100s\", which this client asks for.",
		    c->client.server_name);
	else if (c->client.seen && !o->same_name)
		say(&out->evidence, "The session was made for the server name \"%s\", this client asks for \"%.100s\".",
		    o->server_name, c->client.server_name);
	if (c->server.seen && !is_tls13(o->version) &&
	    o->extended_master_secret != c->server.extended_master_secret)
		say(&out->evidence, "The session was made %s extended master secret, and is resumed %s it.",
		    o->extended_master_secret ? "with" : "without",
		    o->extended_master_secret ? "without" : "with");
	if (*o->alpn && c->server.alpn && strncmp(o->alpn, c->server.alpn, ORIGINAL_ALPN - 1))
		say(&out->evidence, "The session was made for the application protocol \"%s\", now \"%.100s\" is chosen.",
		    o->alpn, c->server.alpn);
	if (!o->same_server)
		say(&out->evidence, "The session was made with another server address.");
	if (!o->same_client)
		say(&out->evidence, "The session was made by another client address.");
}

void say_original(const struct facts *f, struct finding *out)
{
	const struct original *o = &f->conn->original;
	char age[32], words[24], where[48];

	if (!o->seen)
		return;
	if (o->earlier_run)
		snprintf(where, sizeof(where), "in an earlier run");
	else
		snprintf(where, sizeof(where), "in connection %llu", (unsigned long long)o->connection);
	say(&out->evidence, "The session was made %s before, %s (%s, %s): a full handshake that worked%s.",
	    duration(f->time_ns - o->time_ns, age), where,
	    version_words(o->version, words), cipher_name(o->cipher) ? cipher_name(o->cipher) : "?",
	    o->inferred ? "; that it is this one is inferred from the two ends" : "");
	say_differences(f, out);
}

/* ", 3 with bad_record_mac (20), 1 without an alert" */
static const char *failures(const struct tally *t, char *text, size_t bytes)
{
	size_t used = 0;

	*text = 0;
	for (int i = 0; i < FAILURES_KEPT && t->failures[i].count && used < bytes; i++) {
		const struct failures *f = &t->failures[i];
		const char *name = f->alert < 0 ? NULL : alert_name((uint8_t)f->alert);

		used += f->alert < 0 ? (size_t)snprintf(text + used, bytes - used, ", %u without a readable alert", f->count) :
				       (size_t)snprintf(text + used, bytes - used, ", %u with %s (%d)", f->count,
							name ? name : "an unregistered alert", f->alert);
	}
	return text;
}

static void say_failures(const struct facts *f, struct finding *out)
{
	const struct tally *t = &f->conn->past.pair;
	unsigned int bad = all(t) - good(t);
	char text[200], age[32], when[64] = "It never worked before.";

	if (!bad)
		return;
	if (t->last_good_ns)
		snprintf(when, sizeof(when), "It last worked %s before.",
			 duration(f->time_ns - t->last_good_ns, age));
	say(&out->evidence, "%u earlier handshake%s of the two failed%s. %s", bad, bad == 1 ? "" : "s",
	    failures(t, text, sizeof(text)), when);
}

bool say_pair(const struct facts *f, struct finding *out)
{
	const struct tally *t = &f->conn->past.pair;
	unsigned int full = t->full_good + t->full_bad, resumed = t->resumed_good + t->resumed_bad;

	if (full)
		say(&out->evidence, "Full handshakes of this client with this server before: %u of %u worked.",
		    t->full_good, full);
	if (resumed)
		say(&out->evidence, "Resumptions of this client at this server before: %u of %u worked.",
		    t->resumed_good, resumed);
	say_failures(f, out);
	return full || resumed;
}

/* ", 12 of 12 in the last hour" where that is not the whole. */
static const char *recent(const struct tally *t, char text[64])
{
	unsigned int of = t->recent_good + t->recent_bad;

	*text = 0;
	if (of && of != all(t))
		snprintf(text, 64, ", %u of %u in the last hour", t->recent_good, of);
	return text;
}

static void say_tally(struct finding *out, const char *who, const struct tally *t)
{
	char text[64];

	if (all(t))
		say(&out->evidence, "%s before: %u of %u handshakes worked%s.", who, good(t), all(t),
		    recent(t, text));
}

void say_others(const struct facts *f, struct finding *out)
{
	const struct past *p = &f->conn->past;

	say_tally(out, "Other clients at this server", &p->other_clients);
	say_tally(out, "This client at other servers", &p->other_servers);
}
