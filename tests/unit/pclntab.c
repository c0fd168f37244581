/* SPDX-License-Identifier: GPL-2.0-only */
/* A Go program's table of functions in each of its layouts, and places in Go functions. */
#include <string.h>

#include "probe/go_site.h"
#include "probe/pclntab.h"
#include "tap.h"

#define TEXT 0x401000u

struct table {
	uint8_t at[512];
	size_t have;
};

static void put(struct table *t, uint64_t value, int width)
{
	while (width--) {
		t->at[t->have++] = (uint8_t)value;
		value >>= 8;
	}
}

static void text(struct table *t, const char *s)
{
	memcpy(t->at + t->have, s, strlen(s) + 1);
	t->have += strlen(s) + 1;
}

/* Two functions, of 64 and 32 bytes. */
static struct table made(uint32_t magic)
{
	bool old = magic > 0xfffffff1, first = magic == 0xfffffffb;
	int width = old ? 8 : 4;
	uint64_t begin = old ? TEXT : 0;
	struct table t = { 0 };
	size_t names = first ? 0 : old ? 64 : 72, functions, records;

	put(&t, magic, 4);
	put(&t, 0x08010000, 4); /* pad, quantum 1, pointers of 8 bytes */
	put(&t, 2, 8);
	if (!first) {
		put(&t, 0, 8);
		if (!old)
			put(&t, TEXT, 8);
		put(&t, names, 8);
		for (int i = 0; i < 3; i++)
			put(&t, 0, 8);
		put(&t, names + 32, 8);
		text(&t, "a.first");
		text(&t, "a.second");
		t.have = names + 32;
	}
	functions = t.have;
	records = (first ? functions : 0) + (size_t)width * 5;
	for (uint64_t i = 0; i < 2; i++) {
		put(&t, begin + i * 64, width);
		put(&t, records + i * 32, width);
	}
	put(&t, begin + 96, width);
	for (uint64_t i = 0; i < 2; i++) {
		put(&t, begin + i * 64, width);
		put(&t, first ? 200 + i * 8 : i * 8, 4);
		t.have += 32 - (size_t)width - 4;
	}
	if (first) {
		t.have = 200;
		text(&t, "a.first");
		text(&t, "a.second");
	}
	return t;
}

struct seen {
	int count;
	bool wrong;
};

static void found(void *arg, const char *name, uint64_t address, uint64_t bytes)
{
	struct seen *s = arg;
	const char *names[] = { "a.first", "a.second" };

	s->wrong |= s->count > 1 || strcmp(name, names[s->count]) ||
		    address != TEXT + 64u * (unsigned)s->count || bytes != (s->count ? 32 : 64);
	s->count++;
}

static bool reads(const struct table *made, size_t bytes)
{
	uint8_t *copy = exact(made->at, bytes);
	struct seen seen = { 0 };
	struct pclntab t;

	if (pclntab_open(&t, copy, bytes))
		pclntab_functions(&t, t.since < 18 ? 0 : t.text, found, &seen);
	free(copy);
	return seen.count == 2 && !seen.wrong;
}

static void layouts(void)
{
	static const uint32_t magics[] = { 0xfffffffb, 0xfffffffa, 0xfffffff0, 0xfffffff1 };
	static const int since[] = { 2, 16, 18, 20 };
	uint8_t around[600] = { 0xff, 0xff, 0xff, 0xff, 0xff };
	struct pclntab t;

	for (int i = 0; i < 4; i++) {
		struct table table = made(magics[i]);
		char what[64];

		snprintf(what, sizeof(what), "the layout of Go 1.%d", since[i]);
		ok(pclntab_open(&t, table.at, table.have) && t.since == since[i] &&
			   reads(&table, table.have),
		   what);
		for (size_t cut = 0; cut < table.have; cut++)
			reads(&table, cut); /* the sanitizer looks on */
		memcpy(around + 40, table.at, table.have);
		ok(pclntab_find(around, sizeof(around)) == 40, "found among other bytes");
		table.at[8] = 0xff; /* more functions than there is room for */
		table.at[10] = 0xff;
		ok(!pclntab_open(&t, table.at, table.have), "a count beyond the end is refused");
	}
	ok(pclntab_find((const uint8_t *)"\xf1\xff\xff\xff\0\0\1\x08", 8) == -1, "a header alone is none");
}

#if defined(__x86_64__)
#define CODE(bytes) (const uint8_t *)(bytes), sizeof(bytes) - 1

static void sites(void)
{
	struct go_site s = go_site_of_entry(CODE("\x49\x3b\x66\x10\x76\x20\x48\x83\xec\x10"));
	uint64_t at[4];
	size_t count;

	ok(s.offset == 4 && s.emulated && s.restarts, "cmp rsp, [r14+16]; jbe: the jump");
	s = go_site_of_entry(CODE("\x4c\x8d\xa4\x24\x00\xfd\xff\xff\x4d\x3b\x66\x10\x0f\x86\xbc\x28\x00\x00"));
	ok(s.offset == 12 && s.restarts, "lea r12, [rsp-768]; cmp r12, [r14+16]; jbe: the jump");
	s = go_site_of_entry(CODE("\x48\x39\xd8\x76\x10\xc3"));
	ok(s.offset == 0 && !s.restarts, "another comparison is no stack check: the begin");
	s = go_site_of_entry(CODE("\x49"));
	ok(s.offset == 0 && !s.restarts, "half an instruction: the begin");

	/* test bl, bl; je +6; mov rax, rcx; pop rbp; nop; ret; xor eax, eax; pop rbp; ret */
	count = go_sites_of_returns(CODE("\x84\xdb\x74\x06\x48\x89\xc8\x5d\x90\xc3\x31\xc0\x5d\xc3"),
				    true, at, 4);
	ok(count == 1 && at[0] == 9, "a return of nil is left out");
	count = go_sites_of_returns(CODE("\x84\xdb\x74\x06\x48\x89\xc8\x5d\x90\xc3\x31\xc0\x5d\xc3"),
				    false, at, 4);
	ok(count == 2 && at[1] == 13, "unless all are asked for");
	/* test bl, bl; jne over the xor to the pop: AX may be an error there */
	count = go_sites_of_returns(CODE("\x84\xdb\x75\x02\x31\xc0\x5d\xc3"), true, at, 4);
	ok(count == 1 && at[0] == 7, "what is jumped to behind the clearing may return an error");
	count = go_sites_of_returns(CODE("\x31\xc0\xe8\x00\x00\x00\x00\xc3"), true, at, 4);
	ok(count == 1, "a call in between may give one");
	count = go_sites_of_returns(CODE("\xc3\xc3\xc3"), true, at, 2);
	ok(count == 2, "no more than there is room for");
}
#else
static void sites(void)
{
}
#endif

int main(void)
{
	layouts();
	sites();
	return failed;
}
