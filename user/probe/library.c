/* SPDX-License-Identifier: GPL-2.0-only */
#include "probe/library.h"

#include <string.h>

#include "probe/functions.h"
#include "probe/go.h"
#include "probe/site.h"
#include "tlstrace/library_event.h"

#define WRAPPER_BYTES 320 /* 188 where it is one, 848 where it is not */
#define EXITS_MAX 16	  /* of one function */
#define TAIL_BYTES 4096	  /* of a function that another one ends in: its size is not told */

static void add(struct library *to, const struct function *f, uint8_t kind, uint64_t offset,
		const struct site *site, uint32_t file)
{
	struct tt_site cookie = { .kind = kind, .call = f->call, .file = (uint16_t)file,
				  .stack_bytes = (uint16_t)site->stack_bytes };

	if (!site->emulated)
		cookie.flags |= TT_SITE_STEPPED;
	if (f->library == LIBRARY_OPENSSL)
		cookie.flags |= TT_SITE_INT | TT_SITE_POSITIVE;
	if (f->library == LIBRARY_NSS)
		cookie.flags |= TT_SITE_INT;
	/* Two names of one function are one place. */
	for (size_t i = 0; i < to->count; i++)
		if (to->offsets[i] == offset + site->offset)
			return;
	if (to->count == LIBRARY_PLACES_MAX)
		return;
	to->offsets[to->count] = offset + site->offset;
	memcpy(&to->cookies[to->count], &cookie, sizeof(cookie));
	to->names[to->count++] = f->name;
	to->emulated += site->emulated;
	to->seals += function_seals(f);
	to->calls += kind == TT_SITE_CALL && !function_below(f);
	to->kind = f->library;
}

/* Where the function returns, a function that it ends in included; true: all of them. */
static bool add_exits(struct library *to, const struct function *f, struct image *image,
		      uint64_t offset, uint64_t size, size_t most, uint32_t file)
{
	static uint8_t code[EXIT_CODE_BYTES];
	uint8_t kind = f->kind == TT_SITE_CALL ? TT_SITE_RETURN : f->kind;
	struct site exits[EXITS_MAX];
	int64_t outside = 0;

	/* Of what lies before, the functions on the way of each record may end in what all pass. */
	for (int part = 0; part < 2 && (outside >= 0 || (outside > EXIT_UNKNOWN && f->kind == TT_SITE_STATUS_END)); part++) {
		size_t wanted = part || !size ? TAIL_BYTES : size < sizeof(code) ? size : sizeof(code);
		size_t bytes, count;

		offset += (uint64_t)outside;
		bytes = image_read(image, offset, code, wanted);
		count = sites_of_exits(code, bytes, exits, most, &outside);
		for (size_t i = 0; i < count; i++)
			add(to, f, kind, offset, &exits[i], file);
	}
	return outside == EXIT_NOWHERE;
}

/*
 * ALWAYS: what a handshake passes. BELOW: errors and calls in a library that others than
 * TLS use too.
 * BUSY: what is passed so often that it may cost too much; nothing essential hangs on it.
 */
enum group { ALWAYS, BELOW, BUSY };

static enum group group_of(const struct function *f, const struct library *to)
{
	if (function_below(f))
		return BELOW;
	if (function_errs(f))
		return !to->calls ? BELOW : f->kind == TT_SITE_PLACE ? BUSY : ALWAYS;
	if ((function_moves(f) && !function_binds(f)) || function_seals(f) || f->kind == TT_SITE_OUTCOME || f->kind == TT_SITE_RESULT)
		return BUSY;
	return ALWAYS;
}

/* Another one of the table tells the same: called by it, unless the compiler has put it inside. */
static bool is_needless(const struct function *f, const struct search *s, const struct library *to)
{
	uint64_t bytes = s->at[f - functions].bytes;

	if (!strcmp(f->name, "gnutls_record_send"))
		return search_has(s, "gnutls_record_send2");
	if (f->kind == TT_SITE_RESULT)
		return to->ends_seen;
	if (f->kind == TT_SITE_VERIFIED_AT || f->kind == TT_SITE_VERIFIED)
		return (s->verify_at >= 0 && search_has(s, "X509_STORE_CTX_free")) == (f->kind == TT_SITE_VERIFIED);
	if (!strcmp(f->name, "RAND_bytes"))
		return search_has(s, "RAND_bytes_ex");
	return !strcmp(f->name, "ERR_set_error") && search_has(s, "ERR_vset_error") && bytes &&
	       bytes < WRAPPER_BYTES;
}

static bool is_wanted(const struct function *f, struct library_wish wish)
{
	if (f->kind == TT_SITE_KDF)
		return wish.secrets;
	if (f->kind == TT_SITE_AEAD)
		return false; /* at its stubs only */
	if (function_seals(f))
		return wish.alerts;
	return function_moves(f) && !function_binds(f) ? wish.io != LIBRARY_IO_NONE :
			  f->kind != TT_SITE_OUTCOME || wish.io == LIBRARY_IO_EACH;
}

static void add_function(struct library *to, const struct function *f, struct image *image,
			 const struct search *s, uint32_t file)
{
	const size_t i = (size_t)(f - functions);
	uint8_t code[SITE_CODE_BYTES];
	size_t bytes = image_read(image, s->at[i].offset, code, sizeof(code));
	struct site site;

	if (s->at[i].bytes && s->at[i].bytes < bytes)
		bytes = s->at[i].bytes;
	if (f->kind == TT_SITE_VERIFIED || f->kind == TT_SITE_OUTCOME) {
		add_exits(to, f, image, s->at[i].offset, s->at[i].bytes, 1, file);
	} else if (f->kind == TT_SITE_STATUS_END || f->kind == TT_SITE_ANSWERED) {
		add_exits(to, f, image, s->at[i].offset, s->at[i].bytes, EXITS_MAX, file);
	} else if (bytes) {
		site = site_of_entry(code, bytes, f->arguments);
		if (f->kind == TT_SITE_VERIFIED_AT)
			site.stack_bytes = (uint32_t)s->verify_at;
		add(to, f, f->kind, s->at[i].offset, &site, file);
	}
}

static void add_all(struct library *to, struct image *image, const struct search *s, uint32_t file,
		    struct library_wish wish, enum group group)
{
	for (size_t i = 0; i < FUNCTIONS; i++) {
		const struct function *f = &functions[i];

		if (s->at[i].offset && group_of(f, to) == group && is_wanted(f, wish) &&
		    !is_needless(f, s, to) && (!to->kind || f->library == to->kind))
			add_function(to, f, image, s, file);
	}
}

/* Where TLS calls the library below to note an error, or NSS to protect: nothing else passes. */
static void add_stubs(struct library *to, const struct search *s, uint32_t file, enum group group)
{
	const struct site begin = { 0 };

	for (size_t i = 0; i < FUNCTIONS; i++)
		if ((group == BUSY ? functions[i].kind == TT_SITE_AEAD : function_errs(&functions[i])) &&
		    s->at[i].stub && !s->at[i].offset &&
		    functions[i].library == to->kind) {
			add(to, &functions[i], functions[i].kind, s->at[i].stub, &begin, file);
			to->errors += function_errs(&functions[i]);
		}
}

static void add_returns(struct library *to, struct image *image, const struct search *s,
			uint32_t file, struct library_wish wish)
{
	for (size_t i = 0; i < FUNCTIONS; i++)
		if (s->at[i].offset && is_wanted(&functions[i], wish) && wish.io != LIBRARY_IO_NONE &&
		    !function_below(&functions[i]) && (function_moves(&functions[i]) || functions[i].kind == TT_SITE_OUTCOME) &&
		    functions[i].library == to->kind)
			add_exits(to, &functions[i], image, s->at[i].offset, s->at[i].bytes,
				  EXITS_MAX, file);
}

/*
 * Where the other calls return. OpenSSL's cheap ones only: for want of them SSL_get_error(),
 * which comes next, tells that they are over.
 */
static void add_ends(struct library *to, struct image *image, const struct search *s, uint32_t file)
{
	struct library before = *to;
	bool all = true;

	for (size_t i = 0; i < FUNCTIONS; i++)
		if (s->at[i].offset && functions[i].kind == TT_SITE_CALL && !function_moves(&functions[i]) &&
		    to->kind != LIBRARY_NSS && functions[i].library == to->kind)
			all &= add_exits(to, &functions[i], image, s->at[i].offset, s->at[i].bytes,
					 EXITS_MAX, file);
	to->ends_seen = all && to->kind != LIBRARY_NSS && to->count - before.count == to->emulated - before.emulated;
	if (to->kind == LIBRARY_OPENSSL && !to->ends_seen)
		*to = before;
	for (size_t i = before.count; i < to->count; i++)
		to->names[i] = NULL; /* they are there already */
}

/* The functions are OpenSSL's, what they say is not. */
static void be_boring(struct library *to)
{
	to->kind = LIBRARY_BORINGSSL;
	for (size_t i = 0; i < to->count; i++) {
		struct tt_site cookie;

		memcpy(&cookie, &to->cookies[i], sizeof(cookie));
		cookie.flags |= TT_SITE_BORING;
		memcpy(&to->cookies[i], &cookie, sizeof(cookie));
	}
}

void library_read(struct library *to, struct image *image, uint32_t file, struct library_wish wish)
{
	struct search search = { 0 };
	size_t cheap;

	if (go_read(to, image, file, wish.io != LIBRARY_IO_NONE))
		return;
	memset(to, 0, sizeof(*to));
	search_functions(&search, image);
	if (search.boring) /* it has other functions for both */
		wish.alerts = wish.secrets = false;
	add_all(to, image, &search, file, wish, ALWAYS);
	if (to->calls) {
		add_ends(to, image, &search, file);
		search_stubs(&search, image);
		add_stubs(to, &search, file, ALWAYS);
		add_all(to, image, &search, file, wish, ALWAYS); /* errors too, now */
	}
	to->errors += to->calls && (search_has(&search, "ERR_put_error") || search_has(&search, "ERR_vset_error"));
	to->below_from = to->count;
	add_all(to, image, &search, file, wish, BELOW);
	to->busy_from = to->count;
	add_all(to, image, &search, file, wish, BUSY);
	add_stubs(to, &search, file, BUSY);
	to->named = to->count;
	cheap = to->emulated;
	add_returns(to, image, &search, file, wish);
	to->dear_from = to->emulated - cheap == to->count - to->named ? to->count : to->named;
	to->needs_below = to->calls && ((to->kind == LIBRARY_OPENSSL && !to->errors) ||
					(to->kind == LIBRARY_NSS && !search_has(&search, "ssl_Read")));
	if (search.boring && to->kind == LIBRARY_OPENSSL)
		be_boring(to);
	if (to->kind == LIBRARY_OPENSSL || to->kind == LIBRARY_NSS)
		image_version(image, to->kind == LIBRARY_NSS ? "Version: NSS " : "OpenSSL ",
			      to->version, sizeof(to->version));
}

const char *library_function(enum library_kind kind, size_t number)
{
	if (kind == LIBRARY_GO)
		return go_function(number);
	if (kind == LIBRARY_BORINGSSL)
		kind = LIBRARY_OPENSSL;
	for (size_t i = 0; i < FUNCTIONS; i++)
		if (functions[i].library == kind &&
		    (!i || strcmp(functions[i].name, functions[i - 1].name)) && !number--)
			return functions[i].name;
	return NULL;
}

const char *library_kind_name(enum library_kind kind)
{
	static const char *const names[] = { "none", "openssl", "gnutls", "nss", "go", "boringssl" };

	return names[kind];
}
