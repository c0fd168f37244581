/* SPDX-License-Identifier: GPL-2.0-only */
#include "probe/functions.h"

#include <string.h>

#include "probe/site.h"
#include "tlstrace/library_event.h"

const struct function functions[FUNCTIONS] = {
#define FUNCTION(library, name, kind, call, arguments) \
	{ LIBRARY_##library, #name, TT_SITE_##kind, TT_CALL_##call, arguments },
#include "probe/functions.def"
#undef FUNCTION
};

/* Most names of most files begin otherwise. */
static size_t function_number(const char *name)
{
	size_t i = FUNCTIONS;

	if (*name == 'S' || *name == 'E' || *name == 'X' || *name == 'R' || *name == 'P' ||
	    *name == 'g')
		for (i = 0; i < FUNCTIONS && strcmp(name, functions[i].name);)
			i++;
	return i;
}

/* Rows of one function follow each other. */
static void found(void *arg, const char *name, uint64_t offset, uint64_t bytes)
{
	struct search *s = arg;

	for (size_t i = function_number(name); i < FUNCTIONS && !strcmp(name, functions[i].name); i++) {
		if (s->at[i].offset)
			return;
		s->at[i].offset = offset;
		s->at[i].bytes = bytes;
	}
}

static void found_stub(void *arg, const char *name, uint64_t offset)
{
	struct search *s = arg;
	size_t i = function_number(name);

	if (i < FUNCTIONS)
		s->at[i].stub = offset;
}

bool function_errs(const struct function *f)
{
	return f->kind == TT_SITE_RAISE || f->kind == TT_SITE_PUT || f->kind == TT_SITE_PLACE ||
	       f->kind == TT_SITE_SET;
}

bool function_moves(const struct function *f)
{
	/* NSPR's are for all kinds of files, and what NSS knows a connection by: never let go. */
	return f->kind == TT_SITE_CALL && f->call != TT_CALL_HANDSHAKE &&
	       f->call != TT_CALL_SHUTDOWN && f->library != LIBRARY_NSS;
}

bool function_seals(const struct function *f)
{
	return f->kind >= TT_SITE_CONTROL && f->kind <= TT_SITE_FINAL;
}

bool search_has(const struct search *s, const char *name)
{
	size_t i = function_number(name);

	return i < FUNCTIONS && s->at[i].offset;
}

static int32_t verify_at(struct image *image, uint64_t getter)
{
	uint8_t code[SITE_CODE_BYTES];

	return getter ? site_of_member(code, image_read(image, getter, code, sizeof(code))) : -1;
}

void search_functions(struct search *s, struct image *image)
{
	image_functions(image, found, s);
	s->verify_at = verify_at(image, s->at[FUNCTION_X509_STORE_CTX_get_error_VERIFIED].offset);
}

void search_stubs(struct search *s, struct image *image)
{
	image_stubs(image, found_stub, s);
}
