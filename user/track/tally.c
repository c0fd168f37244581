/* SPDX-License-Identifier: GPL-2.0-only */
#include "track/tally.h"

#include <string.h>

#define QUARTER_NS (900 * 1000000000LL)

static void count_recent(struct counted *counted, bool failed, int64_t time_ns)
{
	int64_t now = time_ns / QUARTER_NS;
	struct quarter *q = &counted->quarters[(uint64_t)now % QUARTERS];

	if (q->number != now)
		*q = (struct quarter){ .number = now };
	++*(failed ? &q->bad : &q->good);
}

static void count_failure(struct tally *tally, const struct conn *c)
{
	const struct alert *a = &c->last_alert;
	int16_t alert = a->time_ns && a->readable ? a->description : -1;

	for (int i = 0; i < FAILURES_KEPT; i++) {
		struct failures *f = &tally->failures[i];

		if (f->count && f->alert != alert)
			continue;
		f->alert = alert;
		f->count++;
		return;
	}
}

/* The older half is forgotten before the counts run over. */
static void count_offer(struct tally *t, const struct conn *c)
{
	if (t->offered[c->offer] == UINT16_MAX) {
		t->offered[c->offer] /= 2;
		t->taken[c->offer] /= 2;
	}
	t->offered[c->offer]++;
	t->taken[c->offer] += c->resumed;
}

void tally_count(struct counted *counted, const struct conn *c, int64_t time_ns)
{
	struct tally *t = &counted->tally;

	count_recent(counted, c->failed, time_ns);
	if (c->failed) {
		++*(c->resumed ? &t->resumed_bad : &t->full_bad);
		count_failure(t, c);
		return;
	}
	++*(c->resumed ? &t->resumed_good : &t->full_good);
	count_offer(t, c);
	t->last_good_ns = time_ns;
}

struct tally tally_at(const struct counted *counted, int64_t time_ns)
{
	struct tally tally = counted->tally;

	for (int i = 0; i < QUARTERS; i++) {
		int64_t age = time_ns / QUARTER_NS - counted->quarters[i].number;

		if (age < 0 || age >= QUARTERS)
			continue;
		tally.recent_good += counted->quarters[i].good;
		tally.recent_bad += counted->quarters[i].bad;
	}
	return tally;
}

/* Of an entry that was forgotten and begun anew the part may be more than the whole. */
static uint32_t less(uint32_t whole, uint32_t part)
{
	return whole > part ? whole - part : 0;
}

struct tally tally_without(struct tally whole, const struct tally *part)
{
	whole.full_good = less(whole.full_good, part->full_good);
	whole.full_bad = less(whole.full_bad, part->full_bad);
	whole.resumed_good = less(whole.resumed_good, part->resumed_good);
	whole.resumed_bad = less(whole.resumed_bad, part->resumed_bad);
	whole.recent_good = less(whole.recent_good, part->recent_good);
	whole.recent_bad = less(whole.recent_bad, part->recent_bad);
	memset(whole.failures, 0, sizeof(whole.failures));
	return whole;
}
