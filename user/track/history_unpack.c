/* SPDX-License-Identifier: GPL-2.0-only */
#include <string.h>
#include <zlib.h>

#include "track/history.h"
#include "track/history_parts.h"
#include "util/lru.h"
#include "wire/cursor.h"

static uint64_t take_u64(struct cursor *c)
{
	uint64_t high = cur_uint(c, 4);

	return high << 32 | cur_uint(c, 4);
}

static void take(struct cursor *c, void *to, size_t bytes)
{
	const uint8_t *from = cur_take(c, bytes);

	if (from)
		memcpy(to, from, bytes);
}

/* Fuzzers are let past the sums, which they could not guess. */
static bool sum_is_right(struct cursor *c, const uint8_t *from)
{
	const uint8_t *end = c->at;
	uint32_t sum = cur_uint(c, 4);

#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
	(void)from, (void)end, (void)sum;
	return cur_ok(c);
#else
	return cur_ok(c) && sum == (uint32_t)crc32(0, from, (uInt)(end - from));
#endif
}

/* 0 or 1; anything else ends the reading. */
static bool take_bool(struct cursor *c)
{
	uint8_t value = cur_u8(c);

	if (value > 1)
		c->at = NULL;
	return value;
}

static uint8_t take_role(struct cursor *c)
{
	uint8_t role = cur_u8(c);

	if (role > ROLE_SERVER)
		c->at = NULL;
	return role;
}

static void take_text(struct cursor *c, char *text, size_t room)
{
	struct cursor body = cur_vector(c, 1);
	size_t count = cur_left(&body);

	if (count < room && (!count || !memchr(body.at, 0, count)))
		take(&body, text, count);
	else
		c->at = NULL;
}

static void take_made(struct cursor *c, struct made *made)
{
	struct original *o = &made->original;

	o->seen = o->earlier_run = true;
	o->extended_master_secret = take_bool(c);
	o->cipher = (uint16_t)cur_uint(c, 2);
	o->version = (uint16_t)cur_uint(c, 2);
	o->time_ns = (int64_t)take_u64(c);
	take(c, made->client, SHORT_HASH);
	take(c, made->server, SHORT_HASH);
	take(c, made->name, SHORT_HASH);
	take_text(c, o->alpn, ORIGINAL_ALPN);
	if (o->time_ns < 0)
		c->at = NULL;
}

static bool take_session(struct history *h, struct cursor *c)
{
	struct handle handle = { 0 };
	struct made made = { 0 }, *to;
	const uint8_t *from = c->at;

	handle.kind = cur_u8(c);
	handle.role = take_role(c);
	take(c, handle.hash, SHORT_HASH);
	take_made(c, &made);
	if (!sum_is_right(c, from) || handle.kind < BY_ID || handle.kind > BY_PSK)
		return false;
	to = lru_put(h->sessions, &handle);
	if (to)
		*to = made;
	return true;
}

static void take_failures(struct cursor *c, struct tally *t)
{
	uint8_t kinds = cur_u8(c);

	for (int i = 0; i < kinds && i < FAILURES_KEPT; i++) {
		t->failures[i].count = cur_uint(c, 4);
		t->failures[i].alert = (int16_t)cur_uint(c, 2);
		if (!t->failures[i].count || t->failures[i].alert < -1 || t->failures[i].alert > UINT8_MAX)
			c->at = NULL;
	}
	if (kinds > FAILURES_KEPT)
		c->at = NULL;
}

static void take_counted(struct cursor *c, struct counted *counted)
{
	struct tally *t = &counted->tally;
	uint8_t quarters;

	t->full_good = cur_uint(c, 4);
	t->full_bad = cur_uint(c, 4);
	t->resumed_good = cur_uint(c, 4);
	t->resumed_bad = cur_uint(c, 4);
	t->last_good_ns = (int64_t)take_u64(c);
	take_failures(c, t);
	quarters = cur_u8(c);
	for (int i = 0; i < quarters && i < QUARTERS; i++) {
		int64_t number = (int64_t)take_u64(c);
		struct quarter *q = &counted->quarters[(uint64_t)number % QUARTERS];

		q->number = number;
		q->good = cur_uint(c, 4);
		q->bad = cur_uint(c, 4);
	}
	if (quarters > QUARTERS || t->last_good_ns < 0)
		c->at = NULL;
}

static bool take_pair(struct history *h, struct cursor *c)
{
	struct pair pair = { 0 };
	struct pair_past past = { 0 }, *to;
	const uint8_t *from = c->at;

	take(c, pair.client, SHORT_HASH);
	take(c, pair.server, SHORT_HASH);
	take(c, pair.name, SHORT_HASH);
	pair.role = take_role(c);
	pair.named = take_bool(c);
	take_counted(c, &past.counted);
	past.cipher = (uint16_t)cur_uint(c, 2);
	past.group = (uint16_t)cur_uint(c, 2);
	past.proxied = cur_uint(c, 4);
	take(c, past.certificate, SHORT_HASH);
	if (take_bool(c))
		take_made(c, &past.last_full);
	if (!sum_is_right(c, from))
		return false;
	to = lru_put(h->pairs, &pair);
	if (to)
		*to = past;
	return true;
}

enum unpacked history_unpack(struct history *h, const uint8_t *bytes, size_t count, size_t *at,
			     size_t *entries)
{
	struct cursor c = { bytes, bytes + count };
	const uint8_t *magic = cur_take(&c, STATE_MAGIC_BYTES);
	uint32_t version, sessions, all;
	uint8_t salt[SALT_BYTES];

	*at = *entries = 0;
	if (!magic || memcmp(magic, STATE_MAGIC, STATE_MAGIC_BYTES))
		return UNPACKED_FOREIGN;
	version = cur_uint(&c, 2);
	if (version > STATE_VERSION)
		return UNPACKED_NEWER;
	if (version < STATE_VERSION && cur_ok(&c))
		return UNPACKED_OLDER;
	*at = STATE_MAGIC_BYTES;
	take(&c, salt, SALT_BYTES);
	sessions = cur_uint(&c, 4);
	all = sessions + cur_uint(&c, 4);
	if (!sum_is_right(&c, bytes) || all < sessions)
		return UNPACKED_DAMAGED;
	memcpy(h->salt, salt, SALT_BYTES);
	memset(h->known, 0, sizeof(h->known));
	for (uint32_t i = 0; i < all; i++) {
		*at = (size_t)(c.at - bytes);
		if (!(i < sessions ? take_session(h, &c) : take_pair(h, &c)))
			return UNPACKED_DAMAGED;
		++*entries;
	}
	*at = (size_t)(c.at - bytes);
	return cur_left(&c) ? UNPACKED_DAMAGED : UNPACKED;
}
