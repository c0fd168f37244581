/* SPDX-License-Identifier: GPL-2.0-only */
#include "probe/go.h"

#include <stdlib.h>
#include <string.h>

#include "probe/go_image.h"
#include "probe/go_site.h"
#include "tlstrace/library_event.h"

#define REGISTERS_SINCE 17 /* Go 1.N that passes arguments in registers */

static const struct {
	const char *name;
	uint8_t begin, end; /* enum tt_go_kind */
} functions[] = {
#define GO_FUNCTION(name, begin, end) { name, begin, end },
#include "probe/go_functions.def"
#undef GO_FUNCTION
};
#define FUNCTIONS (sizeof(functions) / sizeof(*functions))
#define READ 0 /* the one that is passed once a record */
#define IO 1   /* those that move plaintext */
#define IO_END 3

/* By enum tt_go_error. */
static const char *const methods[] = {
	NULL,
#define GO_ERROR(name, method, shape, offset) method,
#include "tlstrace/go_errors.def"
#undef GO_ERROR
};
_Static_assert(TT_GO_ERRORS <= GO_ERRORS_MAX, "room for each");

struct search {
	struct {
		uint64_t address, bytes;
	} at[FUNCTIONS];
	uint64_t errors[GO_ERRORS_MAX];
};

static void found(void *arg, const char *name, uint64_t address, uint64_t bytes)
{
	struct search *s = arg;

	if (!strncmp(name, "crypto/tls.(*Conn)", 18))
		for (size_t i = 0; i < FUNCTIONS; i++)
			if (!strcmp(name, functions[i].name)) {
				s->at[i].address = address;
				s->at[i].bytes = bytes;
				return;
			}
	if (!strstr(name, ".Error"))
		return;
	for (size_t i = 1; i < TT_GO_ERRORS; i++)
		if (!strcmp(name, methods[i]))
			s->errors[i] = address;
}

/* 1.N; a version that is not told is at least that of the table's layout. */
static int release(const char *version, int layout)
{
	return !strncmp(version, "1.", 2) ? atoi(version + 2) : layout;
}

static void add(struct library *to, const char *name, uint8_t kind, uint64_t address,
		uint64_t offset, const struct go_site *site, uint32_t file)
{
	struct tt_go_site cookie = { .kind = kind, .number = (uint8_t)to->count,
				     .restarts = site->restarts, .stepped = !site->emulated,
				     .file = (uint16_t)file };

	if (to->count == LIBRARY_PLACES_MAX)
		return;
	to->offsets[to->count] = offset + site->offset;
	to->go.places[to->count] = address + site->offset;
	memcpy(&to->cookies[to->count], &cookie, sizeof(cookie));
	to->names[to->count++] = name; /* NULL for returns: they are named by their begin */
	to->emulated += site->emulated;
}

static void add_function(struct library *to, struct image *image, const struct search *s, size_t i,
			 uint32_t file, bool begin, bool end)
{
	static uint8_t code[GO_CODE_MAX];
	uint64_t offset = image_offset(image, s->at[i].address), returns[LIBRARY_PLACES_MAX];
	size_t bytes = s->at[i].bytes <= sizeof(code) && offset ?
			       image_read(image, offset, code, s->at[i].bytes) : 0;
	struct go_site site = go_site_of_entry(code, bytes);
	size_t count = 0;

	if (!bytes)
		return;
	if (begin && functions[i].begin)
		add(to, functions[i].name, functions[i].begin, s->at[i].address, offset, &site, file);
	if (end && functions[i].end)
		count = go_sites_of_returns(code, bytes, i == READ, returns, LIBRARY_PLACES_MAX);
	for (size_t k = 0; k < count; k++) {
		site = (struct go_site){ .offset = returns[k] };
		add(to, NULL, functions[i].end, s->at[i].address, offset, &site, file);
	}
}

static void add_places(struct library *to, struct image *image, const struct search *s,
		       uint32_t file, bool with_io)
{
	for (size_t i = FUNCTIONS; i--;)
		if (i < IO || i >= IO_END)
			add_function(to, image, s, i, file, i != READ, true);
	to->below_from = to->busy_from = to->count;
	add_function(to, image, s, READ, file, true, false);
	to->dear_from = to->count;
	for (size_t i = IO; with_io && i < IO_END; i++)
		add_function(to, image, s, i, file, true, false);
	to->named = to->count;
	for (size_t i = IO; with_io && i < IO_END; i++)
		add_function(to, image, s, i, file, false, true);
	memcpy(to->go.errors, s->errors, sizeof(to->go.errors));
	to->calls = to->count;
}

static bool has_any(const struct search *s)
{
	for (size_t i = 0; i < FUNCTIONS; i++)
		if (s->at[i].address)
			return true;
	return false;
}

bool go_read(struct library *to, struct image *image, uint32_t file, bool with_io)
{
	struct search s = { 0 };
	char version[sizeof(to->version)];
	int layout;

	if (!go_version(image, version, sizeof(version)))
		return false;
	memset(to, 0, sizeof(*to));
	to->kind = LIBRARY_GO;
	memcpy(to->version, version, sizeof(version));
	layout = go_functions(image, found, &s);
	if (!layout)
		to->wire_only = "a Go program whose table of functions was not found";
	else if (!has_any(&s))
		to->wire_only = "a Go program without crypto/tls";
	else if (release(version, layout) < REGISTERS_SINCE)
		to->wire_only = "built with Go before 1.17, which has no arguments in registers";
#ifdef __x86_64__
	else
		add_places(to, image, &s, file, with_io);
#else
	else
		to->wire_only = "Go programs are probed on x86-64 only";
#endif
	return true;
}

const char *go_function(size_t number)
{
	return number < FUNCTIONS ? functions[number].name : NULL;
}
