/* SPDX-License-Identifier: GPL-2.0-only */
#include "wire/chain.h"

#include <string.h>

#include "model/hello.h"
#include "wire/cursor.h"

#define CHAIN_MAX 16

enum { DER_SEQUENCE = 0x30, DER_VERSION = 0xa0 };

struct names {
	struct cursor issuer, subject; /* the contents of Name */
};

/* X.690 8.1: the contents of the next value, whatever its tag. */
static struct cursor value(struct cursor *c, uint8_t *tag)
{
	const uint8_t *at;
	size_t length;

	*tag = cur_u8(c);
	length = cur_u8(c);
	if (length & 0x80)
		length = (length & 0x7f) - 1 < 3 ? cur_uint(c, length & 0x7f) : SIZE_MAX;
	at = cur_take(c, length);
	return (struct cursor){ at, at ? at + length : NULL };
}

/* RFC 5280 4.1: TBSCertificate up to the subject. */
static bool read_names(struct cursor der, struct names *names)
{
	struct cursor whole, tbs;
	uint8_t tag;

	whole = value(&der, &tag);
	tbs = value(&whole, &tag);
	if (cur_left(&tbs) && *tbs.at == DER_VERSION)
		value(&tbs, &tag);
	value(&tbs, &tag); /* serial number */
	value(&tbs, &tag); /* signature algorithm */
	names->issuer = value(&tbs, &tag);
	value(&tbs, &tag); /* validity */
	names->subject = value(&tbs, &tag);
	return tag == DER_SEQUENCE && cur_ok(&names->subject) && cur_ok(&names->issuer);
}

static bool same(const struct cursor *a, const struct cursor *b)
{
	return cur_left(a) == cur_left(b) && !memcmp(a->at, b->at, cur_left(a));
}

static unsigned int read_all(const uint8_t *body, size_t bytes, uint16_t version,
			     struct names all[CHAIN_MAX])
{
	struct cursor c = { body, body + bytes }, chain;
	unsigned int count = 0;

	if (is_tls13(version))
		cur_vector(&c, 1);
	chain = cur_vector(&c, 3);
	while (cur_left(&chain) && count < CHAIN_MAX) {
		struct cursor one = cur_vector(&chain, 3);

		if (is_tls13(version))
			cur_vector(&chain, 2);
		if (!cur_ok(&chain) || !read_names(one, &all[count]))
			return 0;
		count++;
	}
	return count;
}

struct certificate_path certificate_path(const uint8_t *body, size_t bytes, uint16_t version)
{
	struct names all[CHAIN_MAX];
	unsigned int count = read_all(body, bytes, version, all), at = 0, next;
	struct certificate_path path = { .linked = count ? 1 : 0 };

	for (next = 1; next < count; next++)
		path.others += !same(&all[0].subject, &all[next].subject);
	while (path.linked) {
		if (same(&all[at].issuer, &all[at].subject)) {
			path.to_root = true;
			break;
		}
		for (next = 0; next < count; next++)
			if (next != at && same(&all[at].issuer, &all[next].subject))
				break;
		if (next == count || path.linked == count)
			break; /* not sent, or a circle */
		at = next;
		path.linked++;
	}
	return path;
}
