/* SPDX-License-Identifier: GPL-2.0-only */
#include "sink/terminal_parts.h"

#define HELD 64
#define TURNS 3 /* calls of settle(), 20 ms apart, that a line waits */

static struct held {
	uint64_t id; /* the connection's, 0: free */
	int turns;
	char text[LINE_BYTES];
} held[HELD];
static int waiting; /* how many there are: none, most of the time */
static struct sink memory;

/* With no room left the line is written at once. */
struct sink *held_begin(struct sink *s, uint64_t id)
{
	struct held *h = held;

	while (h < held + HELD && h->id)
		h++;
	memory = *s;
	memory.out = h < held + HELD ? fmemopen(h->text, sizeof(h->text), "w") : NULL;
	if (!memory.out)
		return s;
	h->id = id;
	h->turns = 0;
	waiting++;
	return &memory;
}

void held_end(struct sink *s)
{
	if (s == &memory)
		fclose(s->out);
}

void held_drop(uint64_t id)
{
	for (struct held *h = held; waiting && h < held + HELD; h++)
		if (h->id == id) {
			h->id = 0;
			waiting--;
		}
}

static void write_out(struct sink *s, struct held *h)
{
	fputs(h->text, s->out);
	s->last = h->id;
	h->id = 0;
	waiting--;
}

void held_release(struct sink *s, uint64_t id)
{
	for (struct held *h = held; waiting && h < held + HELD; h++)
		if (h->id == id)
			write_out(s, h);
}

void held_settle(struct sink *s, bool all)
{
	for (struct held *h = held; waiting && h < held + HELD; h++)
		if (h->id && (++h->turns == TURNS || all))
			write_out(s, h);
}
