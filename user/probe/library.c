/* SPDX-License-Identifier: GPL-2.0-only */
#include "probe/library.h"

#include <string.h>

#include "probe/site.h"
#include "tlstrace/event.h"

static const struct function {
	enum library_kind library;
	const char *name;
	uint8_t kind, call, arguments;
} functions[] = {
#define FUNCTION(library, name, kind, call, arguments) \
	{ LIBRARY_##library, #name, TT_SITE_##kind, TT_CALL_##call, arguments },
#include "probe/functions.def"
#undef FUNCTION
};

#define WRAPPER_BYTES 320 /* 188 where it is one, 848 where it is not */
#define FUNCTIONS (sizeof(functions) / sizeof(*functions))
_Static_assert(FUNCTIONS <= LIBRARY_FUNCTIONS_MAX, "room for each");

struct search {
	struct {
		uint64_t offset, bytes;
	} at[FUNCTIONS];
};

/* Most names of most files begin otherwise. */
static void found(void *arg, const char *name, uint64_t offset, uint64_t bytes)
{
	struct search *s = arg;

	if (*name != 'S' && *name != 'E' && *name != 'X' && *name != 'B' &&
	    *name != 'g')
		return;
	for (size_t i = 0; i < FUNCTIONS; i++)
		if (!s->at[i].offset && !strcmp(name, functions[i].name)) {
			s->at[i].offset = offset;
			s->at[i].bytes = bytes;
			return;
		}
}

static bool place(const struct function *f, struct image *image, uint64_t offset, uint64_t size,
		  struct site *site)
{
	uint8_t code[SITE_CODE_BYTES];
	size_t bytes = image_read(image, offset, code, sizeof(code));
	int64_t at;

	if (size && size < bytes)
		bytes = size;
	*site = (struct site){ 0 };
	if (f->kind != TT_SITE_VERIFIED) {
		*site = site_of_entry(code, bytes, f->arguments);
		return bytes > 0;
	}
	at = site_of_return(code, bytes);
	site->offset = (uint64_t)at;
	return at >= 0;
}

static void add(struct library *to, const struct function *f, uint64_t offset,
		const struct site *site, uint32_t file)
{
	struct tt_site cookie = { .kind = f->kind, .call = f->call, .file = file,
				  .stack_bytes = (uint16_t)site->stack_bytes };

	/* Two names of one function are one place. */
	for (size_t i = 0; i < to->count; i++)
		if (to->offsets[i] == offset + site->offset)
			return;
	to->offsets[to->count] = offset + site->offset;
	memcpy(&to->cookies[to->count], &cookie, sizeof(cookie));
	to->names[to->count++] = f->name;
	to->emulated += site->emulated;
	to->calls += f->kind == TT_SITE_CALL;
	to->kind = f->library;
}

/* What is passed so often that it may cost too much; nothing essential hangs on it. */
static bool is_busy(const struct function *f)
{
	return f->call == TT_CALL_READ || f->call == TT_CALL_WRITE || f->kind == TT_SITE_RESULT ||
	       f->kind == TT_SITE_PLACE || f->kind == TT_SITE_WRITE;
}

/* ERR_set_error() calls ERR_vset_error(), unless the compiler has put that inside it. */
static bool is_wrapper(const struct function *f, const struct search *search)
{
	const size_t i = (size_t)(f - functions);

	return !strcmp(f->name, "ERR_set_error") && i + 1 < FUNCTIONS && search->at[i + 1].offset &&
	       search->at[i].bytes && search->at[i].bytes < WRAPPER_BYTES;
}

static void add_all(struct library *to, struct image *image, const struct search *search,
		    uint32_t file, bool busy)
{
	for (size_t i = 0; i < FUNCTIONS; i++) {
		const struct function *f = &functions[i];
		struct site site;

		if (search->at[i].offset && is_busy(f) == busy && !is_wrapper(f, search) &&
		    (!to->kind || f->library == to->kind) &&
		    place(f, image, search->at[i].offset, search->at[i].bytes, &site))
			add(to, f, search->at[i].offset, &site, file);
	}
}

void library_read(struct library *to, struct image *image, uint32_t file)
{
	static const char *const leads[] = { [LIBRARY_NONE] = NULL,
					     [LIBRARY_OPENSSL] = "OpenSSL ",
					     [LIBRARY_GNUTLS] = NULL };
	struct search search = { 0 };

	memset(to, 0, sizeof(*to));
	image_functions(image, found, &search);
	add_all(to, image, &search, file, false);
	to->busy_from = to->count;
	add_all(to, image, &search, file, true);
	if (to->kind && leads[to->kind])
		image_version(image, leads[to->kind], to->version, sizeof(to->version));
}

const char *library_function(enum library_kind kind, size_t number)
{
	for (size_t i = 0; i < FUNCTIONS; i++)
		if (functions[i].library == kind && !number--)
			return functions[i].name;
	return NULL;
}

const char *library_kind_name(enum library_kind kind)
{
	static const char *const names[] = { "none", "openssl", "gnutls" };

	return names[kind];
}
