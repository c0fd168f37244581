/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "track/history.h"
#include "track/history_parts.h"
#include "util/lru.h"

#define HEAD_BYTES (STATE_MAGIC_BYTES + 2 + SALT_BYTES + 4 + 4 + 4)
#define SESSION_MOST (2 + SHORT_HASH + MADE_MOST + 4)
#define COUNTED_MOST (4 * 4 + 8 + 1 + FAILURES_KEPT * 6 + 1 + QUARTERS * 16)
#define PAIR_MOST (3 * SHORT_HASH + 2 + COUNTED_MOST + 8 + SHORT_HASH + 1 + MADE_MOST + 4)
#define MADE_MOST (1 + 4 + 8 + 3 * SHORT_HASH + 1 + ORIGINAL_ALPN)

struct packing {
	uint8_t *at; /* room for what is to come was made before */
};

static void put_uint(struct packing *p, uint64_t value, int width)
{
	while (width--)
		*p->at++ = (uint8_t)(value >> 8 * width);
}

static void put(struct packing *p, const void *bytes, size_t count)
{
	memcpy(p->at, bytes, count);
	p->at += count;
}

static void put_sum(struct packing *p, const uint8_t *from)
{
	put_uint(p, crc32(0, from, (uInt)(p->at - from)), 4);
}

static void put_made(struct packing *p, const struct made *made)
{
	const struct original *o = &made->original;
	size_t alpn = strnlen(o->alpn, ORIGINAL_ALPN - 1);

	put_uint(p, o->extended_master_secret, 1);
	put_uint(p, o->cipher, 2);
	put_uint(p, o->version, 2);
	put_uint(p, (uint64_t)o->time_ns, 8);
	put(p, made->client, SHORT_HASH);
	put(p, made->server, SHORT_HASH);
	put(p, made->name, SHORT_HASH);
	put_uint(p, alpn, 1);
	put(p, o->alpn, alpn);
}

static void put_session(void *arg, const void *key, const void *value)
{
	const struct handle *handle = key;
	struct packing *p = arg;
	const uint8_t *from = p->at;

	put_uint(p, handle->kind, 1);
	put_uint(p, handle->role, 1);
	put(p, handle->hash, SHORT_HASH);
	put_made(p, value);
	put_sum(p, from);
}

/* Of the failures and the quarters those that there are: both begin with zeros. */
static void put_counted(struct packing *p, const struct counted *counted)
{
	const struct tally *t = &counted->tally;
	int kinds = 0, quarters = 0;

	put_uint(p, t->full_good, 4);
	put_uint(p, t->full_bad, 4);
	put_uint(p, t->resumed_good, 4);
	put_uint(p, t->resumed_bad, 4);
	put_uint(p, (uint64_t)t->last_good_ns, 8);
	while (kinds < FAILURES_KEPT && t->failures[kinds].count)
		kinds++;
	for (int i = 0; i < QUARTERS; i++)
		quarters += counted->quarters[i].number != 0;
	put_uint(p, (uint64_t)kinds, 1);
	for (int i = 0; i < kinds; i++) {
		put_uint(p, t->failures[i].count, 4);
		put_uint(p, (uint16_t)t->failures[i].alert, 2);
	}
	put_uint(p, (uint64_t)quarters, 1);
	for (int i = 0; i < QUARTERS; i++) {
		if (!counted->quarters[i].number)
			continue;
		put_uint(p, (uint64_t)counted->quarters[i].number, 8);
		put_uint(p, counted->quarters[i].good, 4);
		put_uint(p, counted->quarters[i].bad, 4);
	}
}

static void put_pair(void *arg, const void *key, const void *value)
{
	const struct pair_past *past = value;
	const struct pair *pair = key;
	struct packing *p = arg;
	const uint8_t *from = p->at;

	put(p, pair->client, SHORT_HASH);
	put(p, pair->server, SHORT_HASH);
	put(p, pair->name, SHORT_HASH);
	put_uint(p, pair->role, 1);
	put_uint(p, pair->named, 1);
	put_counted(p, &past->counted);
	put_uint(p, past->cipher, 2);
	put_uint(p, past->group, 2);
	put_uint(p, past->proxied, 4);
	put(p, past->certificate, SHORT_HASH);
	put_uint(p, past->last_full.original.seen, 1);
	if (past->last_full.original.seen)
		put_made(p, &past->last_full);
	put_sum(p, from);
}

uint8_t *history_pack(const struct history *h, size_t *bytes)
{
	size_t sessions = lru_count(h->sessions), pairs = lru_count(h->pairs);
	uint8_t *all = malloc(HEAD_BYTES + sessions * SESSION_MOST + pairs * PAIR_MOST);
	struct packing p = { .at = all };

	if (!all)
		return NULL;
	put(&p, STATE_MAGIC, STATE_MAGIC_BYTES);
	put_uint(&p, STATE_VERSION, 2);
	put(&p, h->salt, SALT_BYTES);
	put_uint(&p, sessions, 4);
	put_uint(&p, pairs, 4);
	put_sum(&p, all);
	lru_each(h->sessions, put_session, &p);
	lru_each(h->pairs, put_pair, &p);
	*bytes = (size_t)(p.at - all);
	return all;
}
