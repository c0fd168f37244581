/* SPDX-License-Identifier: GPL-2.0-only */
/* The history as bytes and back, its bounds, and the file that is written while tracing. */
#include <sys/stat.h>
#include <unistd.h>

#include "facts_made.h"
#include "state.h"
#include "track/history.h"

static struct conn met(uint64_t id, bool resumed)
{
	struct conn c = failed_conn();

	c.id = c.local.port = id;
	c.failed = false;
	c.established = true;
	c.resumed = c.offered = resumed;
	memcpy(c.local.address + 12, &id, 4); /* each has a client of its own */
	c.server.session_id_bytes = 32;
	memcpy(c.server.session_id, &id, sizeof(id));
	c.client.session_id_bytes = resumed ? 32 : 0;
	memcpy(c.client.session_id, &id, sizeof(id));
	return c;
}

static struct history *grown(size_t room, unsigned int from, unsigned int to)
{
	struct history *h = history_new(room, 4 * room);

	for (unsigned int id = from; id <= to; id++) {
		struct conn c = met(id, false);

		history_handshake(h, &c, 1000 + id);
	}
	return h;
}

static bool knows(struct history *h, uint64_t id, int64_t time_ns)
{
	struct conn c = met(id, true);

	history_handshake(h, &c, time_ns);
	return c.original.seen && c.original.earlier_run && c.original.time_ns == 1000 + (int64_t)id &&
	       c.original.same_client && c.original.same_server && c.past.pair.full_good == 1;
}

static void bounds(void)
{
	struct history *many = grown(1000, 1, 1000), *few = history_new(100, 400);
	size_t bytes, at, entries;
	uint8_t *packed = history_pack(many, &bytes);

	ok(history_unpack(few, packed, bytes, &at, &entries) == UNPACKED && at == bytes && entries > 1000,
	   "what many have packed, few take up");
	ok(knows(few, 1000, 9000) && knows(few, 901, 9000) && !knows(few, 900, 9000),
	   "the newest hundred are known, not one more");
	free(packed);
	history_free(few);
	few = grown(100, 1, 1);
	packed = history_pack(few, &bytes);
	history_free(few);
	few = history_new(100, 100);
	history_unpack(few, packed, bytes, &at, &entries);
	ok(!knows(few, 1, 500), "a capture older than the state does not know its future");
	ok(knows(few, 2, 500) == false, "nor a session that was never made");
	free(packed);
	history_free(few);
	history_free(many);
}

static bool holds(const uint8_t *bytes, size_t count, const void *what, size_t length)
{
	return memmem(bytes, count, what, length) != NULL;
}

static void hashes(void)
{
	static const uint8_t address[] = { 192, 168, 77, 55 };
	struct history *h = history_new(100, 400), *other = history_new(100, 400), *fresh;
	struct conn c = met(77, false), again = met(77, true);
	size_t bytes, at, entries, more;
	uint8_t *packed, *again_packed;

	/* No bytes that a hash may happen to end with. */
	memcpy(c.local.address + 12, address, 4);
	memcpy(again.local.address + 12, address, 4);
	memset(c.server.session_id, 0x5a, 32);
	memset(again.client.session_id, 0x5a, 32);
	c.client.server_name = "Secret.test";
	again.client.server_name = "secret.test";
	history_handshake(h, &c, 1000);
	packed = history_pack(h, &bytes);
	ok(!holds(packed, bytes, "ecret.test", 10) && !holds(packed, bytes, c.local.address + 12, 4) &&
		   !holds(packed, bytes, c.server.session_id, 8),
	   "names, addresses and IDs are there as hashes only");
	ok(history_unpack(other, packed, bytes, &at, &entries) == UNPACKED, "taken up");
	history_handshake(other, &again, 2000);
	ok(again.original.seen && again.original.same_client && again.original.same_server && again.original.same_name &&
		   !*again.original.server_name && again.past.name_good == 1,
	   "and yet the same client, server and name are known again");
	again = met(77, true);
	memcpy(again.local.address + 12, address, 4);
	memset(again.client.session_id, 0x5a, 32);
	again.client.server_name = "other.test";
	history_handshake(other, &again, 2000);
	ok(again.original.seen && !again.original.same_name && !again.past.name_good, "and another name is another one");
	fresh = history_new(1, 1);
	again_packed = history_pack(fresh, &more);
	ok(memcmp(packed + 17, again_packed + 17, 16) != 0, "each file has a salt of its own");
	packed[16]--; /* the version */
	ok(history_unpack(h, packed, bytes, &at, &entries) == UNPACKED_OLDER && !entries, "an older form is not read");
	free(packed);
	free(again_packed);
	history_free(h);
	history_free(other);
	history_free(fresh);
}

static void largest(void)
{
	struct history *h = grown(HISTORY_SESSIONS, 1, HISTORY_SESSIONS + 10);
	size_t bytes;
	uint8_t *packed = history_pack(h, &bytes);

	printf("# full tables: %zu bytes\n", bytes);
	ok(packed && bytes > HISTORY_SESSIONS * 90 && bytes < 64 << 20, "full tables fit what is read again");
	free(packed);
	history_free(h);
}

static off_t size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? -1 : st.st_size;
}

static void periodic(void)
{
	char folder[] = "/tmp/tlstrace-unit-XXXXXX", path[64];
	struct history *h = history_new(100, 100), *next = history_new(100, 100);
	struct conn c = met(7, false);
	struct state *s;
	off_t empty;

	if (!mkdtemp(folder))
		abort();
	snprintf(path, sizeof(path), "%s/state", folder);
	s = state_open(path, h, false);
	state_tick(s, 1);
	empty = size_of(path);
	ok(empty > 0, "it is there from the beginning");
	history_handshake(h, &c, 1007);
	state_tick(s, STATE_EVERY_NS + 1);
	state_tick(s, 2 * STATE_EVERY_NS);
	ok(size_of(path) == empty, "not written before its time");
	state_tick(s, 4 * STATE_EVERY_NS);
	state_tick(s, 6 * STATE_EVERY_NS); /* waits for the writer */
	ok(size_of(path) > empty, "a minute later it holds what is new, while tracing goes on");
	ok(!state_open(path, next, false), "nobody else gets it meanwhile, though it is another file by now");
	ok(state_close(s) && (s = state_open(path, next, false)) && knows(next, 7, 2000),
	   "and another run knows what it says");
	state_close(s);
	unlink(path);
	ok(!rmdir(folder), "no other file is left");
	history_free(h);
	history_free(next);
}

int main(void)
{
	bounds();
	hashes();
	largest();
	periodic();
	return failed;
}
