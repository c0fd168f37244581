/* SPDX-License-Identifier: GPL-2.0-only */
#include "track/ledger.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_RECORDS 8
#define FIRST_BYTES 1024

enum { CHANGE_CIPHER_SPEC = 20, HANDSHAKE = 22, DATA = 23 };

struct entry {
	uint16_t length;
	uint8_t type;
	uint8_t hidden;
	uint16_t at, have; /* its body among the side's bytes */
};

struct side {
	struct entry *record;
	uint8_t *bytes;
	uint32_t used, size; /* of bytes */
	uint8_t count, room;
	bool broken; /* the next records' numbers are not known, or there are too many */
};

struct ledger {
	struct side side[2];
};

static struct entry *append(struct side *s)
{
	if (s->count == s->room) {
		uint8_t room = s->room ? s->room * 2 : FIRST_RECORDS;
		struct entry *grown = realloc(s->record, room * sizeof(*grown));

		if (!grown)
			return NULL;
		s->record = grown;
		s->room = room;
	}
	return &s->record[s->count++];
}

static void keep(struct side *s, struct ledger_budget *budget, struct entry *to, const uint8_t *body,
		 uint16_t bytes)
{
	if (s->used + bytes > LEDGER_BYTES)
		return;
	if (s->used + bytes > s->size) {
		uint32_t size = s->size ? s->size * 2 : FIRST_BYTES;
		uint8_t *grown;

		while (size < s->used + bytes)
			size *= 2;
		if (budget->used + size - s->size > budget->most)
			return;
		grown = realloc(s->bytes, size);
		if (!grown)
			return;
		budget->used += size - s->size;
		s->bytes = grown;
		s->size = size;
	}
	if (!to->have)
		to->at = (uint16_t)s->used;
	memcpy(s->bytes + s->used, body, bytes);
	s->used += bytes;
	to->have += bytes;
}

void ledger_note(struct ledger **at, struct ledger_budget *budget, const struct tt_ev_record *e,
		 bool hidden)
{
	struct ledger *l = *at ? *at : (*at = calloc(1, sizeof(*l)));
	struct side *s = l ? &l->side[e->dir & 1] : NULL;
	struct entry *entry;

	if (!s || s->broken)
		return;
	if (!e->body_offset) {
		if (e->index != s->count || s->count == LEDGER_RECORDS ||
		    e->flags & (TT_AFTER_GAP | TT_PAST_GAP) || !(entry = append(s))) {
			s->broken = true;
			return;
		}
		*entry = (struct entry){ .length = e->length, .type = e->type, .hidden = hidden };
	}
	entry = s->count ? &s->record[s->count - 1] : NULL;
	if (entry && e->index == s->count - 1u && e->type == HANDSHAKE && !entry->hidden && e->body_bytes &&
	    e->body_offset == entry->have)
		keep(s, budget, entry, e->body, e->body_bytes);
}

void ledger_settle(struct ledger *l, struct ledger_budget *budget)
{
	for (int dir = 0; l && dir < 2; dir++) {
		struct side *s = &l->side[dir];

		budget->used -= s->size;
		free(s->bytes);
		s->bytes = NULL;
		s->used = s->size = 0;
		for (int i = 0; i < s->count; i++)
			s->record[i].have = 0;
	}
}

bool ledger_has_bodies(const struct ledger *l)
{
	return l && (l->side[0].bytes || l->side[1].bytes);
}

void ledger_free(struct ledger *l, struct ledger_budget *budget)
{
	if (!l)
		return;
	ledger_settle(l, budget);
	free(l->side[0].record);
	free(l->side[1].record);
	free(l);
}

/* Where the bodies differ; -1: nowhere, as far as both are known. */
static int32_t body_differs(const struct side *a, const struct entry *x, const struct side *b,
			    const struct entry *y)
{
	uint16_t both = x->have < y->have ? x->have : y->have;
	const uint8_t *p = both ? a->bytes + x->at : NULL, *q = both ? b->bytes + y->at : NULL;

	for (uint16_t i = 0; i < both; i++)
		if (p[i] != q[i])
			return i;
	return -1;
}

static bool same(const struct side *a, int i, const struct side *b, int k)
{
	return i >= 0 && k >= 0 && i < a->count && k < b->count &&
	       a->record[i].type == b->record[k].type && a->record[i].length == b->record[k].length &&
	       body_differs(a, &a->record[i], b, &b->record[k]) < 0;
}

/* What happened at record `i`, by what follows it. */
static enum difference_kind judge(const struct side *sent, const struct side *got, int i)
{
	const struct entry *x = &sent->record[i], *y = &got->record[i];

	if (same(sent, i + 1, got, i) && same(sent, i, got, i + 1))
		return DIFFERENCE_SWAPPED;
	if (same(sent, i + 1, got, i) && (i + 1 >= got->count || same(sent, i + 2, got, i + 1)))
		return DIFFERENCE_LOST;
	if (i + 1 < got->count && same(sent, i, got, i + 1))
		return same(sent, i - 1, got, i) ? DIFFERENCE_REPEATED : DIFFERENCE_ADDED;
	if (i + 1 >= got->count && same(sent, i - 1, got, i))
		return DIFFERENCE_REPEATED;
	return x->type == y->type && x->length == y->length ? DIFFERENCE_BYTES : DIFFERENCE_LENGTH;
}

static void describe(const struct side *sent, const struct side *got, int i, struct difference *out)
{
	const struct side *side;
	const struct entry *x;

	out->kind = judge(sent, got, i);
	side = out->kind == DIFFERENCE_ADDED || out->kind == DIFFERENCE_REPEATED ? got : sent;
	x = &side->record[i];
	out->index = (uint32_t)i;
	out->type = x->type;
	out->length = x->length;
	out->arrived_length = got->record[i].length;
	out->is_protected = x->hidden;
	out->has_message = x->type == HANDSHAKE && !x->hidden && x->have;
	out->message = out->has_message ? side->bytes[x->at] : 0;
	if (out->kind == DIFFERENCE_BYTES)
		out->offset = (uint32_t)body_differs(sent, &sent->record[i], got, &got->record[i]);
}

/* What is sent is known before it arrives: what is there beyond came from elsewhere. */
static void describe_more(const struct side *sent, const struct side *got, int i, struct difference *out)
{
	const struct entry *x = &got->record[i];

	out->kind = same(sent, i - 1, got, i) ? DIFFERENCE_REPEATED : DIFFERENCE_ADDED;
	out->index = (uint32_t)i;
	out->type = x->type;
	out->length = out->arrived_length = x->length;
	out->is_protected = x->hidden;
}

void ledger_compare(const struct ledger *from, int from_dir, const struct ledger *to, int to_dir,
		    struct difference *out)
{
	const struct side *sent = &from->side[from_dir], *got = &to->side[to_dir];

	for (int i = 0; i < sent->count && i < got->count; i++) {
		if (same(sent, i, got, i)) {
			out->compared++;
			continue;
		}
		if (!out->kind)
			describe(sent, got, i, out);
		return;
	}
	if (!out->kind && !sent->broken && got->count > sent->count && sent->count < LEDGER_RECORDS)
		describe_more(sent, got, sent->count, out);
}
