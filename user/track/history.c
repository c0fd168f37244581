/* SPDX-License-Identifier: GPL-2.0-only */
#include "track/history.h"

#include <stdlib.h>
#include <string.h>

#include "model/roles.h"
#include "track/history_parts.h"
#include "util/lru.h"
#include "wire/digest.h"

struct history *history_new(size_t sessions, size_t pairs)
{
	struct history *h = calloc(1, sizeof(*h));

	if (!h)
		return NULL;
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

static struct pair pair_of(const struct conn *c, bool client, bool server)
{
	struct pair pair = { .role = c->role };

	if (client)
		memcpy(pair.client, client_of(c)->address, sizeof(pair.client));
	if (server) {
		memcpy(pair.server, server_of(c)->address, sizeof(pair.server));
		pair.port = server_of(c)->port;
	}
	return pair;
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

static const struct made *last_full(struct history *h, const struct conn *c)
{
	struct pair pair = pair_of(c, true, true);
	const struct pair_past *past = lru_find(h->pairs, &pair);

	return past && past->last_full.original.seen ? &past->last_full : NULL;
}

static void find_original(struct history *h, struct conn *c, int64_t time_ns)
{
	const struct client_hello *hello = &c->client;
	const struct made *made = NULL;
	bool inferred = false;

	if (hello->ticket_bytes)
		made = find_made(h, c, BY_TICKET, hello->ticket_hash);
	else if (!hello->psk && hello->session_id_bytes)
		made = by_session_id(h, c);
	if (!made && hello->psk) {
		made = offered_psk(h, c);
		inferred = !made;
		made = made ? made : last_full(h, c);
	}
	if (!made || (made->original.earlier_run && made->original.time_ns > time_ns))
		return;
	c->original = made->original;
	c->original.inferred |= inferred;
	c->original.same_client = !memcmp(made->client, client_of(c)->address, sizeof(made->client));
	c->original.same_server =
		!memcmp(made->server.address, server_of(c)->address, sizeof(made->server.address)) &&
		made->server.port == server_of(c)->port;
}

static struct pair named_server(const struct conn *c)
{
	struct pair pair = pair_of(c, false, true);

	pair.named = 1;
	return pair;
}

static void count(struct history *h, const struct conn *c, struct pair pair, int64_t time_ns)
{
	struct pair_past *past = lru_put(h->pairs, &pair);

	if (!past)
		return;
	tally_count(&past->counted, c, time_ns);
	if (c->failed)
		return;
	past->cipher = c->server.cipher;
	past->group = c->server.group;
	if (c->server_certificate && c->server_certificate->key_type)
		past->key = c->server_certificate->key_type;
	past->proxied += c->plain[c->role == ROLE_SERVER].proxy_header;
}

static struct tally tally_of(struct history *h, struct pair pair, int64_t time_ns)
{
	const struct pair_past *past = lru_find(h->pairs, &pair);

	return past ? tally_at(&past->counted, time_ns) : (struct tally){ 0 };
}

static struct made made_now(const struct conn *c, int64_t time_ns)
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
	memcpy(made.client, client_of(c)->address, sizeof(made.client));
	made.server = *server_of(c);
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
static void remember(struct history *h, const struct conn *c, int64_t time_ns)
{
	struct made made = made_now(c, time_ns);
	struct pair pair = pair_of(c, true, true);
	struct pair_past *past;
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
	past = c->resumed ? NULL : lru_find(h->pairs, &pair);
	if (past)
		past->last_full = made;
}

void history_handshake(struct history *h, struct conn *c, int64_t time_ns)
{
	struct pair pair = pair_of(c, true, true), of_server = pair_of(c, false, true),
		    of_client = pair_of(c, true, false);
	const struct pair_past *served;

	if (!c->established && !c->failed)
		return;
	h->handshakes++;
	if (c->offered || c->resumed || c->client.session_id_bytes)
		find_original(h, c, time_ns);
	c->past.pair = tally_of(h, pair, time_ns);
	c->past.other_clients = tally_without(tally_of(h, of_server, time_ns), &c->past.pair);
	c->past.other_servers = tally_without(tally_of(h, of_client, time_ns), &c->past.pair);
	c->past.named = tally_of(h, named_server(c), time_ns);
	served = lru_find(h->pairs, &of_server);
	if (served) {
		c->past.served_cipher = served->cipher;
		c->past.served_group = served->group;
		c->past.served = served->counted.tally.full_good + served->counted.tally.resumed_good;
		c->past.served_proxied = served->proxied;
		c->past.served_key = served->key;
	}
	count(h, c, pair, time_ns);
	count(h, c, of_server, time_ns);
	count(h, c, of_client, time_ns);
	if (c->client.seen && *c->client.server_name)
		count(h, c, named_server(c), time_ns);
	if (c->established)
		remember(h, c, time_ns);
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
