/* SPDX-License-Identifier: GPL-2.0-only */
#include "wire/fingerprint.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "util/digests.h"
#include "wire/digest.h"
#include "wire/extension.h"

#define LIST_MAX 512 /* codes of one list that count */

/* Text that grows inside a fixed array; what does not fit is left out. */
struct text {
	size_t have;
	char at[8 * LIST_MAX + 1024];
};

static bool is_grease(uint16_t code)
{
	return (code & 0x0f0f) == 0x0a0a && code >> 8 == (code & 0xff);
}

static void put(struct text *t, char c)
{
	if (t->have < sizeof(t->at))
		t->at[t->have++] = c;
}

static void decimal(struct text *t, unsigned int value)
{
	char digits[10];
	int count = 0;

	do
		digits[count++] = '0' + value % 10;
	while (value /= 10);
	while (count)
		put(t, digits[--count]);
}

static void hex4(struct text *t, uint16_t value)
{
	for (int shift = 12; shift >= 0; shift -= 4)
		put(t, "0123456789abcdef"[value >> shift & 15]);
}

static void dashed(struct text *t, const struct u16_list *list)
{
	bool first = true;

	put(t, ',');
	for (unsigned int i = 0; i < list->count && i < LIST_MAX; i++) {
		if (is_grease(u16_at(list, i)))
			continue;
		if (!first)
			put(t, '-');
		first = false;
		decimal(t, u16_at(list, i));
	}
}

static void md5_hex(const struct text *t, char out[33])
{
	uint8_t digest[DIGEST_MAX];

	*out = 0;
	if (digest_of(DIGEST_MD5, t->at, t->have, digest))
		hex_text(digest, 16, out);
}

static void ja3(struct client_hello *h)
{
	struct text t;

	t.have = 0;
	decimal(&t, h->legacy_version);
	dashed(&t, &h->ciphers);
	dashed(&t, &h->extensions);
	dashed(&t, &h->groups);
	put(&t, ',');
	for (unsigned int i = 0; i < h->point_formats.count; i++) {
		if (i)
			put(&t, '-');
		decimal(&t, h->point_formats.at[i]);
	}
	md5_hex(&t, h->ja3);
}

static int ascending(const void *a, const void *b)
{
	return (int)*(const uint16_t *)a - (int)*(const uint16_t *)b;
}

/* The codes that count, GREASE and (for extensions) server_name and ALPN left out. */
static unsigned int codes(const struct u16_list *list, bool extensions, uint16_t *out)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < list->count && count < LIST_MAX; i++) {
		uint16_t code = u16_at(list, i);

		if (!is_grease(code) &&
		    !(extensions && (code == EXT_SERVER_NAME || code == EXT_ALPN)))
			out[count++] = code;
	}
	return count;
}

static void commas(struct text *t, const uint16_t *code, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		if (i)
			put(t, ',');
		hex4(t, code[i]);
	}
}

/* Twelve hex digits of SHA-256, zeros for nothing. */
static char *short_hex(const struct text *t, char *out)
{
	uint8_t digest[32] = { 0 };

	if (t->have)
		sha256((const uint8_t *)t->at, t->have, digest);
	hex_text(digest, 6, out);
	return out + 12;
}

static const char *version_of(const struct client_hello *h)
{
	uint16_t highest = h->versions.count ? 0 : h->legacy_version;

	for (unsigned int i = 0; i < h->versions.count; i++)
		if (!is_grease(u16_at(&h->versions, i)) && u16_at(&h->versions, i) > highest)
			highest = u16_at(&h->versions, i);
	switch (highest) {
	case 0x0304: return "13";
	case 0x0303: return "12";
	case 0x0302: return "11";
	case 0x0301: return "10";
	case 0x0300: return "s3";
	case 0x0002: return "s2";
	}
	return "00";
}

/* First and last character of the first name; of its hex form when either is no letter or digit. */
static char *alpn_of(const struct byte_list *alpn, char *out)
{
	unsigned int bytes = alpn->count ? alpn->at[0] : 0;
	uint8_t first = '0', last = '0';

	if (bytes && bytes < alpn->count) {
		first = alpn->at[1];
		last = alpn->at[bytes];
	}
	if (first > 127 || last > 127 || !isalnum(first) || !isalnum(last)) {
		first = "0123456789abcdef"[first >> 4];
		last = "0123456789abcdef"[last & 15];
	}
	*out++ = first;
	*out++ = last;
	return out;
}

static char *two_digits(unsigned int value, char *out)
{
	if (value > 99)
		value = 99;
	*out++ = '0' + value / 10;
	*out++ = '0' + value % 10;
	return out;
}

static bool has(const struct u16_list *list, uint16_t code)
{
	for (unsigned int i = 0; i < list->count; i++)
		if (u16_at(list, i) == code)
			return true;
	return false;
}

static void ja4(struct client_hello *h)
{
	uint16_t code[LIST_MAX];
	struct text t;
	char *at = h->ja4;
	unsigned int count;

	*at++ = 't';
	memcpy(at, version_of(h), 2);
	at += 2;
	*at++ = has(&h->extensions, EXT_SERVER_NAME) ? 'd' : 'i';
	count = codes(&h->ciphers, false, code);
	at = two_digits(count, at);
	at = two_digits(codes(&h->extensions, false, code), at);
	at = alpn_of(&h->alpn, at);
	*at++ = '_';
	t.have = 0;
	count = codes(&h->ciphers, false, code);
	qsort(code, count, sizeof(*code), ascending);
	commas(&t, code, count);
	at = short_hex(&t, at);
	*at++ = '_';
	t.have = 0;
	count = codes(&h->extensions, true, code);
	qsort(code, count, sizeof(*code), ascending);
	commas(&t, code, count);
	count = codes(&h->signature_algorithms, false, code);
	if (count)
		put(&t, '_');
	commas(&t, code, count);
	short_hex(&t, at);
}

void client_fingerprints(struct client_hello *hello)
{
	if (hello->sslv2)
		return; /* neither is defined for it */
	ja3(hello);
	ja4(hello);
}

void server_fingerprint(struct server_hello *hello, const struct u16_list *extensions)
{
	struct text t;

	t.have = 0;
	decimal(&t, hello->legacy_version);
	put(&t, ',');
	decimal(&t, hello->cipher);
	dashed(&t, extensions);
	md5_hex(&t, hello->ja3s);
}
