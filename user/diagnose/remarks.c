/* SPDX-License-Identifier: GPL-2.0-only */
/* remarks.c - rules for what works and yet deserves a word, and for who else is concerned. */
#include <string.h>

#include "diagnose/facts.h"
#include "model/names.h"

#define SLOW_NS 1000000000LL
#define SOON_NS (60 * 1000000000LL)
#define ENOUGH 3 /* handshakes of others, all alike, before they are called evidence */

static bool weak_cipher(const char *name)
{
	static const char *const weak[] = { "_NULL_", "_EXPORT", "_RC4_", "_RC2_", "_DES_", "_DES40_",
					    "_3DES_", "_anon_" };

	for (size_t i = 0; name && i < sizeof(weak) / sizeof(*weak); i++)
		if (strstr(name, weak[i]))
			return true;
	return false;
}

bool rule_unsafe(const struct facts *f, struct finding *out)
{
	const struct conn *c = f->conn;
	const char *cipher = cipher_name(c->server.cipher);
	/* RFC 8996: TLS 1.0 and 1.1 are deprecated. */
	bool old = c->server.version <= 0x0302;
	char words[24];

	if (!c->server.seen || (!old && !weak_cipher(cipher)))
		return false;
	version_words(c->server.version, words);
	title(out, "The two ends agreed on %s with %s, which is no longer safe.", words,
	      cipher ? cipher : "an unregistered cipher suite");
	out->confidence = CONFIDENCE_CERTAIN;
	if (old)
		say(&out->evidence, "The version is %s: RFC 8996 deprecates all before TLS 1.2.", words);
	if (weak_cipher(cipher))
		say(&out->evidence, "The cipher suite is %s.", cipher);
	if (c->client.seen) {
		char list[240];

		version_list(&c->client, list, sizeof(list));
		say(&out->evidence, "The client offers %s.", list);
	}
	say(&out->next_steps, "openssl s_client -connect %s%s -tls1_2 </dev/null", f->server, f->name);
	return true;
}

bool rule_slow(const struct facts *f, struct finding *out)
{
	const struct conn *c = f->conn;
	int64_t all_ns = c->established_at_ns - c->client_hello_ns, server_ns;

	if (!c->established_at_ns || !c->client_hello_ns || all_ns <= SLOW_NS)
		return false;
	title(out, "The handshake took %.1f s.", all_ns / 1e9);
	out->confidence = CONFIDENCE_CERTAIN;
	if (c->server_hello_ns) {
		server_ns = c->server_hello_ns - c->client_hello_ns;
		say(&out->evidence, "From the ClientHello to the ServerHello %.0f ms passed, from there to the end %.0f ms: the %s part took the time.",
		    server_ns / 1e6, (all_ns - server_ns) / 1e6,
		    server_ns > all_ns / 2 ? "server's first" : "later");
	}
	if (c->tcp_connect_duration_ns)
		say(&out->evidence, "The TCP connect took %.0f ms.", c->tcp_connect_duration_ns / 1e6);
	if (c->retransmits)
		say(&out->evidence, "%u segments were sent again.", c->retransmits);
	say(&out->next_steps, "curl -sko /dev/null -w '%%{time_connect} %%{time_appconnect}\\n' https://%s/", f->server);
	return true;
}

/*
 * A server may forget sessions, but hardly one that it remembered for others just as old;
 * it must after a fatal alert (RFC 5246 7.2.2).
 */
static bool forgotten_soon(const struct facts *f)
{
	const struct original *o = &f->conn->original;
	const struct tally *pair = &f->conn->past.pair;

	return f->conn->offer == OFFER_SESSION_ID && pair->taken[OFFER_SESSION_ID] &&
	       !pair->resumed_bad && o->seen && f->time_ns - o->time_ns < SOON_NS;
}

bool rule_ticket(const struct facts *f, struct finding *out)
{
	static const char *const kinds[] = { NULL, "session ID", "session ticket",
					     "pre-shared key or TLS 1.3 ticket" };
	const struct conn *c = f->conn;
	const struct tally *before = &c->past.pair;
	enum offer kind = is_tls13(c->server.version) && c->client.psk ? OFFER_PSK :
			  c->client.ticket_bytes			? OFFER_TICKET :
									  OFFER_SESSION_ID;

	if (c->resumed || !c->server.seen || (kind == OFFER_SESSION_ID && !forgotten_soon(f)))
		return false;
	title(out, "The client offered a %s and the server did not take it: a full handshake followed.",
	      kinds[kind]);
	out->confidence = CONFIDENCE_CERTAIN;
	say_original(f, out);
	if (before->offered[kind])
		say(&out->evidence, "With this one the client offered %u of the kind to this server, and %u of %u were taken%s.",
		    before->offered[kind] + 1, before->taken[kind], before->offered[kind] + 1,
		    before->taken[kind] ? ": most likely several servers answer behind one address, and do not share what resumption needs" : "");
	say(&out->next_steps, "Of several servers behind one address, all must share the keys of the tickets, and change them together.");
	return true;
}

/* What a library makes of an end without a farewell is none. */
bool ended_in_words(const struct conn *c)
{
	for (int i = 0; i < c->alert_count; i++)
		if (c->alerts[i].level == 2 && !c->error.ends_quietly && !c->last_alert.peer_gone)
			return true;
	return false;
}

bool rule_no_close_notify(const struct facts *f, struct finding *out)
{
	const struct conn *c = f->conn;

	if (!c->established || c->failed || left_after_verdict(c) || ended_in_words(c) || c->close != CLOSE_FIN || c->totals[0].gap_bytes ||
	    c->totals[1].gap_bytes)
		return false;
	title(out, "The connection was closed without close_notify: the end of the data may be missing, and nobody can tell.");
	out->confidence = is_tls13(c->server.version) ? CONFIDENCE_LIKELY : CONFIDENCE_CERTAIN;
	say(&out->evidence, "The %s closed the TCP connection first; no alert came before.",
	    end_name(c->close_by));
	if (is_tls13(c->server.version))
		say(&out->evidence, "Under TLS 1.3 alerts are encrypted: the %s's last record before its end has another size.",
		    end_name(c->close_by));
	return true;
}

/* What holds now is judged by the last hour, if anything came then. */
static bool lately(const struct tally *t)
{
	return t->recent_good + t->recent_bad;
}

static unsigned int good(const struct tally *t)
{
	return lately(t) ? t->recent_good : t->full_good + t->resumed_good;
}

static unsigned int bad(const struct tally *t)
{
	return lately(t) ? t->recent_bad : t->full_bad + t->resumed_bad;
}

/* Full handshakes of the two work, resumptions never; those of other clients do. */
static bool only_resumptions(const struct facts *f)
{
	const struct past *p = &f->conn->past;

	return (f->conn->resumed || f->conn->offered) && p->pair.full_good && !p->pair.resumed_good &&
	       p->other_clients.resumed_good >= ENOUGH && !p->other_clients.resumed_bad;
}

bool rule_client_specific(const struct facts *f, struct finding *out)
{
	const struct past *p = &f->conn->past;
	bool resuming = only_resumptions(f);

	if (!resuming && (good(&p->other_clients) < ENOUGH || bad(&p->other_clients) || good(&p->pair)))
		return false;
	title(out, resuming ? "Only this client's resumptions fail at this server, and only its resumptions do." :
			      "Only this client fails at this server.");
	out->confidence = CONFIDENCE_LIKELY;
	say_pair(f, out);
	say_others(f, out);
	return true;
}

bool rule_peer_specific(const struct facts *f, struct finding *out)
{
	const struct past *p = &f->conn->past;

	if (good(&p->other_servers) < ENOUGH || bad(&p->other_servers) || good(&p->pair))
		return false;
	title(out, "This client fails at this server only.");
	out->confidence = CONFIDENCE_LIKELY;
	say_pair(f, out);
	say_others(f, out);
	return true;
}
