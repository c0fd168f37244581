/* SPDX-License-Identifier: GPL-2.0-only */
#include "track/history.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "track/history_parts.h"
#include "util/lru.h"
#include "wire/digest.h"

struct history *history_new(size_t sessions, size_t pairs)
{
	struct history *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
	if (getrandom(h->salt, sizeof(h->salt), 0) != sizeof(h->salt)) {
		free(h);
		return NULL;
	}
	h->sessions = lru_new(sessions, sizeof(struct handle), sizeof(struct made));
	h->pairs = lru_new(pairs, sizeof(struct pair), sizeof(struct pair_past));
	if (h->sessions && h->pairs)
		return h;
	history_free(h);
	return NULL;
}

static struct handle handle_of(const struct conn *c, enum handle_kind kind, const uint8_t *hash)
{
	struct handle handle = { .kind = kind, .role = c->role };

	memcpy(handle.hash, hash, SHORT_HASH);
	return handle;
}

static const struct made *find_made(struct history *h, const struct conn *c, enum handle_kind kind,
				    const uint8_t *hash)
{
	struct handle handle = handle_of(c, kind, hash);

	return lru_find(h->sessions, &handle);
}

static const struct made *offered_psk(struct history *h, const struct conn *c)
{
	const struct made *made = NULL;

	for (int i = 0; i < c->client.psk_count && i < PSK_KEPT && !made; i++)
		made = find_made(h, c, BY_PSK, c->client.psk_hash[i]);
	return made;
}

static const struct made *by_session_id(struct history *h, const struct conn *c)
{
	uint8_t hash[SHORT_HASH];

	short_hash(c->client.session_id, c->client.session_id_bytes, hash);
	return find_made(h, c, BY_ID, hash);
}

/* Of a client that offers TLS 1.3 too the ID may be made up (resume.c); one that is known is not. */
static const struct made *offered_id(struct history *h, struct conn *c)
{
	const struct made *made = by_session_id(h, c);

	if (made && !c->offered) {
		c->offered = true;
		c->offer = OFFER_SESSION_ID;
		c->resumption_method = "session_id";
	}
	return made;
}

/* Of TLS 1.3: no other makes a pre-shared key. */
static const struct made *last_full(struct history *h, const struct pair *ends)
{
	struct pair pair = pair_of(ends, true, true);
	const struct pair_past *past = lru_find(h->pairs, &pair);
	const struct made *made = past ? &past->last_full : NULL;

	return made && made->original.seen && is_tls13(made->original.version) ? made : NULL;
}

static void find_original(struct history *h, struct conn *c, const struct pair *ends, int64_t time_ns)
{
	const struct client_hello *hello = &c->client;
	const struct made *made = NULL;
	bool inferred = false;

	if (hello->ticket_bytes)
		made = find_made(h, c, BY_TICKET, hello->ticket_hash);
	else if (!hello->psk && hello->session_id_bytes)
		made = offered_id(h, c);
	if (!made && hello->psk && !hello->psk_external) {
		made = offered_psk(h, c);
		inferred = !made;
		made = made ? made : last_full(h, ends);
	}
	if (!made || (made->original.earlier_run && made->original.time_ns > time_ns))
		return;
	c->original = made->original;
	c->original.inferred |= inferred;
	c->original.same_client = !memcmp(made->client, ends->client, sizeof(made->client));
	c->original.same_server = !memcmp(made->server, ends->server, sizeof(made->server));
	c->original.same_name = !memcmp(made->name, ends->name, sizeof(made->name));
}

/* Renewals change it, so only one that was for the name is worth remembering. */
static void keep_certificate(struct pair_past *past, const struct conn *c)
{
	const struct certificate *cert = c->server_certificate;

	if (cert && cert->readable && certificate_is_for(cert, c->client.server_name))
		memcpy(past->certificate, cert->sha256, SHORT_HASH);
}

/*
 * What is remembered of the two ends, of each alone, and of the name. An entry that was just found
 * is not forgotten for the few that may be made meanwhile.
 */
enum who { PAIR, OF_SERVER, OF_CLIENT, NAMED, OF_NAME, WHO };

struct found {
	struct pair key[WHO];
	struct pair_past *past[WHO]; /* NULL: none */
};

static struct found look_up(struct history *h, const struct pair *ends)
{
	struct found f = { .key = { pair_of(ends, true, true), pair_of(ends, false, true),
				    pair_of(ends, true, false), named_server(ends, false),
				    named_server(ends, true) } };

	for (int i = 0; i < WHO; i++)
		f.past[i] = lru_find(h->pairs, &f.key[i]);
	return f;
}

static void count(struct history *h, const struct conn *c, struct found *f, enum who who, int64_t time_ns)
{
	struct pair_past *past = f->past[who] ? f->past[who] : lru_put(h->pairs, &f->key[who]);

	f->past[who] = past;
	if (past)
		tally_count(&past->counted, c, time_ns);
	if (!past || c->failed)
		return;
	past->cipher = c->server.cipher;
	past->group = c->server.group;
	if (c->server_certificate && c->server_certificate->key_type)
		past->key = c->server_certificate->key_type;
	past->proxied += c->plain[c->role == ROLE_SERVER].proxy_header;
	past->certified += (c->client_certificate_sent || c->certificate_hint == HINT_SENT) &&
			   !(c->role == ROLE_SERVER && c->verdict.result);
}

static struct tally tally_of(const struct pair_past *past, int64_t time_ns)
{
	return past ? tally_at(&past->counted, time_ns) : (struct tally){ 0 };
}

static struct made made_now(const struct conn *c, const struct pair *ends, int64_t time_ns)
{
	struct made made = { .original = { .seen = true } };
	struct original *o = &made.original;

	o->extended_master_secret = c->server.extended_master_secret;
	o->cipher = c->server.cipher;
	o->version = c->server.version;
	o->pid = c->process->pid;
	o->connection = c->id;
	o->time_ns = time_ns;
	memcpy(o->server_name, c->client.server_name,
	       strnlen(c->client.server_name, sizeof(o->server_name) - 1));
	if (c->server.alpn)
		memcpy(o->alpn, c->server.alpn, strnlen(c->server.alpn, sizeof(o->alpn) - 1));
	memcpy(made.client, ends->client, sizeof(made.client));
	memcpy(made.server, ends->server, sizeof(made.server));
	memcpy(made.name, ends->name, sizeof(made.name));
	return made;
}

static void remember_as(struct history *h, const struct conn *c, enum handle_kind kind,
			const uint8_t *hash, const struct made *made)
{
	struct handle handle = handle_of(c, kind, hash);
	struct made *to = lru_put(h->sessions, &handle);

	if (to)
		*to = *made;
}

/* A resumed handshake may renew the ticket: the session stays the first one's. */
static void remember(struct history *h, const struct conn *c, const struct pair *ends, struct pair_past *past,
		     int64_t time_ns)
{
	struct made made = made_now(c, ends, time_ns);
	uint8_t hash[SHORT_HASH];

	if (c->resumed && !(c->original.same_client && c->original.same_server))
		return;
	if (c->resumed)
		made.original = c->original;
	if (c->issued_ticket)
		remember_as(h, c, BY_TICKET, c->issued_hash, &made);
	if (is_tls13(c->server.version)) {
		if (c->resumed)
			remember_as(h, c, BY_PSK, c->client.psk_hash[0], &made);
	} else if (c->server.session_id_bytes && !c->resumed) {
		short_hash(c->server.session_id, c->server.session_id_bytes, hash);
		remember_as(h, c, BY_ID, hash, &made);
	}
	if (past && !c->resumed)
		past->last_full = made;
}

/* What this server did for this name, and for all. */
static void find_served(struct conn *c, const struct found *f)
{
	static const uint8_t none[SHORT_HASH];
	const struct pair_past *served = f->past[OF_SERVER];
	const struct pair_past *name = memcmp(f->key[OF_NAME].name, none, SHORT_HASH) ? f->past[OF_NAME] : NULL;
	struct past *p = &c->past;

	if (served) {
		p->served_cipher = served->cipher;
		p->served_group = served->group;
		p->served = served->counted.tally.full_good + served->counted.tally.resumed_good;
		p->served_proxied = served->proxied;
		p->served_certified = served->certified;
		p->served_key = served->key;
	}
	if (!name)
		return;
	p->name_good = name->counted.tally.full_good + name->counted.tally.resumed_good;
	p->name_bad = name->counted.tally.full_bad + name->counted.tally.resumed_bad;
	p->knows_certificate = memcmp(name->certificate, none, SHORT_HASH) != 0;
	memcpy(p->certificate, name->certificate, SHORT_HASH);
}

void history_handshake(struct history *h, struct conn *c, int64_t time_ns)
{
	struct found f;
	struct pair ends;

	if (!c->established && !c->failed)
		return;
	ends = ends_of(h, c);
	h->handshakes++;
	if (c->offered || c->resumed || c->client.session_id_bytes)
		find_original(h, c, &ends, time_ns);
	f = look_up(h, &ends);
	c->past.pair = tally_of(f.past[PAIR], time_ns);
	c->past.other_clients = tally_without(tally_of(f.past[OF_SERVER], time_ns), &c->past.pair);
	c->past.other_servers = tally_without(tally_of(f.past[OF_CLIENT], time_ns), &c->past.pair);
	c->past.named = tally_of(f.past[NAMED], time_ns);
	find_served(c, &f);
	for (int who = PAIR; who < (c->client.seen && *c->client.server_name ? WHO : NAMED); who++)
		count(h, c, &f, who, time_ns);
	if (!c->failed && f.past[OF_NAME] && *c->client.server_name)
		keep_certificate(f.past[OF_NAME], c);
	if (c->established)
		remember(h, c, &ends, f.past[PAIR], time_ns);
}

uint64_t history_handshakes(const struct history *h)
{
	return h->handshakes;
}

uint64_t history_evicted(const struct history *h)
{
	return lru_evicted(h->sessions) + lru_evicted(h->pairs);
}

void history_free(struct history *h)
{
	if (!h)
		return;
	lru_free(h->sessions);
	lru_free(h->pairs);
	free(h);
}
