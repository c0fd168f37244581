/* SPDX-License-Identifier: GPL-2.0-only */
#include "probe/functions.h"

#include <string.h>

#include "probe/layer.h"
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

/* One of its libssl, one of its libcrypto: OpenSSL has neither. */
static bool is_boring(const char *name)
{
	return (*name == 'S' && !strcmp(name, "SSL_CTX_set_grease_enabled")) ||
	       (*name == 'E' && !strcmp(name, "EVP_AEAD_CTX_seal_scatter"));
}

static bool is_methods(const char *name)
{
	return *name == 'P' && !strcmp(name, "PR_GetDefaultIOMethods");
}

/* Rows of one function follow each other. */
static void found(void *arg, const char *name, uint64_t offset, uint64_t bytes)
{
	struct search *s = arg;

	if (is_methods(name))
		s->methods = offset;
	s->boring |= is_boring(name);
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

	if (is_methods(name) && !s->methods)
		s->methods = offset;
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
	return f->kind == TT_SITE_CALL && f->call != TT_CALL_HANDSHAKE &&
	       f->call != TT_CALL_SHUTDOWN;
}

bool function_binds(const struct function *f)
{
	return function_moves(f) && f->library == LIBRARY_NSS;
}

bool function_below(const struct function *f)
{
	return (f->kind == TT_SITE_CALL || f->kind == TT_SITE_FREE) && !strncmp(f->name, "PR_", 3);
}

bool function_seals(const struct function *f)
{
	return f->kind >= TT_SITE_CONTROL && f->kind <= TT_SITE_FINAL;
}

bool search_has(const struct search *s, const char *name)
{
	for (size_t i = 0; i < FUNCTIONS; i++)
		if (s->at[i].offset && !strcmp(name, functions[i].name))
			return true;
	return false;
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
	struct layer layer = { 0 };

	image_stubs(image, found_stub, s);
	if (!layer_read(&layer, image, s->methods))
		return;
	s->at[FUNCTION_ssl_Read_CALL].offset = layer.read;
	s->at[FUNCTION_ssl_Recv_CALL].offset = layer.receive;
	s->at[FUNCTION_ssl_Write_CALL].offset = layer.write;
	s->at[FUNCTION_ssl_Send_CALL].offset = layer.send;
	s->at[FUNCTION_ssl_Close_FREE].offset = layer.close;
}
