/* SPDX-License-Identifier: GPL-2.0-only */
/* The bounded table. */
#include "tap.h"
#include "util/lru.h"

static void table(void)
{
	struct lru *l = lru_new(2, 4, sizeof(int));
	int *one = lru_put(l, "aaaa"), *two;

	*one = 1;
	two = lru_put(l, "bbbb");
	ok(!*two && *(int *)lru_put(l, "aaaa") == 1, "a new value is zero, a known one stays");
	lru_put(l, "cccc");
	ok(!lru_find(l, "bbbb") && lru_find(l, "aaaa") && lru_evicted(l) == 1,
	   "what was not asked for longest is forgotten, and counted");
	lru_free(l);
	l = lru_new(1000, 8, 8);
	for (uint64_t i = 0; i < 100000; i++)
		lru_put(l, &i);
	ok(lru_evicted(l) == 99000, "never more than its bound");
	lru_free(l);
}

int main(void)
{
	table();
	return failed;
}
