/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wire/client_psk.h"
#include "wire/cursor.h"
#include "wire/extension.h"
#include "wire/fingerprint.h"
#include "wire/hello.h"
#include "wire/text.h"

#define EXTENSIONS_MAX 128
#define KEY_SHARES_MAX 32

enum { FALLBACK_SCSV = 0x5600, RENEGOTIATION_SCSV = 0x00ff };

/* What is read while *out still points into the message. */
struct reading {
	struct client_hello *out;
	struct cursor name;
	bool lies; /* a length inside an extension does */
	uint8_t extensions[2 * EXTENSIONS_MAX];
	uint8_t key_shares[2 * KEY_SHARES_MAX];
};

static struct u16_list list16(struct cursor body)
{
	return (struct u16_list){ body.at, cur_left(&body) / 2 };
}

static struct byte_list list8(struct cursor body)
{
	return (struct byte_list){ body.at, cur_left(&body) };
}

static void add16(struct u16_list *list, uint8_t *to, unsigned int max, uint16_t value)
{
	if (list->count >= max)
		return;
	list->at = to;
	to[2 * list->count] = value >> 8;
	to[2 * list->count++ + 1] = value & 0xff;
}

/* The first host_name of the list. */
static int server_name(struct cursor *body, struct reading *r)
{
	struct cursor list = cur_vector(body, 2);

	while (cur_left(&list)) {
		uint8_t type = cur_u8(&list);
		struct cursor name = cur_vector(&list, 2);

		if (type == 0 && cur_ok(&name) && !cur_ok(&r->name))
			r->name = name;
	}
	return cur_ok(&list);
}

static int alpn(struct cursor *body, struct client_hello *out)
{
	struct cursor list = cur_vector(body, 2), names = list;

	while (cur_left(&list))
		cur_vector(&list, 1);
	if (cur_ok(&list))
		out->alpn = list8(names);
	return cur_ok(&list);
}

static int key_shares(struct cursor *body, struct reading *r)
{
	struct cursor list = cur_vector(body, 2);

	while (cur_left(&list)) {
		uint16_t group = cur_uint(&list, 2);

		cur_vector(&list, 2);
		if (cur_ok(&list))
			add16(&r->out->key_shares, r->key_shares, KEY_SHARES_MAX, group);
	}
	return cur_ok(&list);
}

static int extension16(struct cursor *body, size_t width, struct u16_list *list)
{
	*list = list16(cur_vector(body, width));
	return cur_ok(body);
}

static int extension8(struct cursor *body, struct byte_list *list)
{
	*list = list8(cur_vector(body, 1));
	return cur_ok(body);
}

/* 0 when a length inside lies. */
static int extension(uint16_t type, struct cursor body, struct reading *r)
{
	struct client_hello *out = r->out;

	switch (type) {
	case EXT_SERVER_NAME: return cur_left(&body) ? server_name(&body, r) : 1;
	case EXT_STATUS_REQUEST:
	case EXT_STATUS_REQUEST_V2: out->ocsp_request = true; break;
	case EXT_GROUPS: return extension16(&body, 2, &out->groups);
	case EXT_POINT_FORMATS: return extension8(&body, &out->point_formats);
	case EXT_SIGNATURE_ALGORITHMS: return extension16(&body, 2, &out->signature_algorithms);
	case EXT_ALPN: return alpn(&body, out);
	case EXT_ENCRYPT_THEN_MAC: out->encrypt_then_mac = true; break;
	case EXT_EXTENDED_MASTER_SECRET: out->extended_master_secret = true; break;
	case EXT_COMPRESS_CERTIFICATE:
		return extension16(&body, 1, &out->certificate_compression);
	case EXT_TICKET: client_ticket(&body, out); break;
	case EXT_PSK: return client_psk(&body, out);
	case EXT_EARLY_DATA: out->early_data = true; break;
	case EXT_VERSIONS: return extension16(&body, 1, &out->versions);
	case EXT_PSK_MODES: return extension8(&body, &out->psk_modes);
	case EXT_KEY_SHARE: return key_shares(&body, r);
	case EXT_ECH: out->ech = true; break;
	case EXT_RENEGOTIATION_INFO: out->renegotiation_info = true; break;
	}
	return 1;
}

static int extensions(struct cursor *c, struct reading *r)
{
	struct cursor all = cur_vector(c, 2);

	while (cur_left(&all)) {
		uint16_t type = cur_uint(&all, 2);
		struct cursor body = cur_vector(&all, 2);

		if (!cur_ok(&all))
			return 0;
		add16(&r->out->extensions, r->extensions, EXTENSIONS_MAX, type);
		r->lies |= !extension(type, body, r);
	}
	return cur_ok(c);
}

static const uint8_t *move(uint8_t **to, const void *from, size_t bytes)
{
	const uint8_t *at = *to;

	if (bytes)
		memcpy(*to, from, bytes);
	*to += bytes;
	return at;
}

/* Copy what the lists point to into one block of the hello's own. */
static int keep(struct reading *r)
{
	struct client_hello *h = r->out;
	struct u16_list *pairs[] = { &h->ciphers, &h->extensions, &h->versions, &h->groups,
				     &h->key_shares, &h->signature_algorithms,
				     &h->certificate_compression };
	struct byte_list *bytes[] = { &h->compression, &h->point_formats, &h->psk_modes, &h->alpn };
	size_t name_bytes = cur_left(&r->name), need = name_bytes + 1;
	uint8_t *to;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		need += 2 * pairs[i]->count;
	for (size_t i = 0; i < sizeof(bytes) / sizeof(*bytes); i++)
		need += bytes[i]->count;
	h->block = to = malloc(need);
	if (!to)
		return -ENOMEM;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		pairs[i]->at = move(&to, pairs[i]->at, 2 * pairs[i]->count);
	for (size_t i = 0; i < sizeof(bytes) / sizeof(*bytes); i++)
		bytes[i]->at = move(&to, bytes[i]->at, bytes[i]->count);
	h->server_name = (const char *)to;
	wire_text((char *)to, r->name.at, name_bytes);
	return 0;
}

static void signalling_values(struct client_hello *out)
{
	for (unsigned int i = 0; i < out->ciphers.count; i++) {
		uint16_t cipher = u16_at(&out->ciphers, i);

		out->fallback_scsv |= cipher == FALLBACK_SCSV;
		out->renegotiation_scsv |= cipher == RENEGOTIATION_SCSV;
	}
}

static int finish(struct reading *r, int good)
{
	signalling_values(r->out);
	if (keep(r)) {
		client_hello_free(r->out); /* its lists point into the message */
		r->out->seen = true;
		return -ENOMEM;
	}
	if (good && !r->out->no_fingerprints)
		client_fingerprints(r->out);
	return good && !r->lies ? 0 : -EBADMSG;
}

static int session_id(struct cursor *c, struct client_hello *out)
{
	struct cursor v = cur_vector(c, 1);

	if (cur_left(&v) > sizeof(out->session_id))
		return 0;
	out->session_id_bytes = cur_left(&v);
	if (out->session_id_bytes)
		memcpy(out->session_id, v.at, out->session_id_bytes);
	return cur_ok(c);
}

int client_hello_parse(const uint8_t *body, size_t bytes, struct client_hello *out)
{
	struct reading r = { .out = out };
	struct cursor c = { body, body + bytes };
	const uint8_t *random;
	int good;

	out->seen = true;
	out->legacy_version = cur_uint(&c, 2);
	if ((random = cur_take(&c, sizeof(out->random))))
		memcpy(out->random, random, sizeof(out->random));
	good = session_id(&c, out);
	if (good) {
		out->ciphers = list16(cur_vector(&c, 2));
		out->compression = list8(cur_vector(&c, 1));
		good = cur_ok(&c);
	}
	if (good && cur_left(&c))
		good = extensions(&c, &r);
	return finish(&r, good);
}

/*
 * Cipher specs are 3 bytes: a leading zero marks those of SSL 3 and TLS. The
 * challenge is the random, filled with zeros from the left.
 */
int sslv2_hello_parse(const uint8_t *body, size_t bytes, struct client_hello *out)
{
	struct reading r = { .out = out };
	struct cursor c = { body, body + bytes };
	uint16_t spec_bytes, id_bytes, challenge_bytes;
	const uint8_t *specs, *challenge;
	uint8_t ciphers[2 * 256];

	out->seen = out->sslv2 = true;
	cur_u8(&c); /* message type */
	out->legacy_version = cur_uint(&c, 2);
	spec_bytes = cur_uint(&c, 2);
	id_bytes = cur_uint(&c, 2);
	challenge_bytes = cur_uint(&c, 2);
	specs = cur_take(&c, spec_bytes);
	cur_take(&c, id_bytes);
	challenge = cur_take(&c, challenge_bytes);
	for (unsigned int i = 0; specs && i + 3 <= spec_bytes; i += 3)
		if (!specs[i])
			add16(&out->ciphers, ciphers, 256, specs[i + 1] << 8 | specs[i + 2]);
	if (challenge && challenge_bytes <= sizeof(out->random))
		memcpy(out->random + sizeof(out->random) - challenge_bytes, challenge,
		       challenge_bytes);
	return finish(&r, cur_ok(&c) && challenge_bytes <= sizeof(out->random));
}

void client_hello_free(struct client_hello *hello)
{
	free(hello->block);
	memset(hello, 0, sizeof(*hello));
	hello->server_name = "";
}
