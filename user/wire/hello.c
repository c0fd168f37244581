/* SPDX-License-Identifier: GPL-2.0-only */
#include "wire/hello.h"

#include <errno.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

#include "wire/cursor.h"

enum {
	EXT_SERVER_NAME = 0,
	EXT_GROUPS = 10,
	EXT_SIGNATURE_ALGORITHMS = 13,
	EXT_ALPN = 16,
	EXT_TICKET = 35,
	EXT_PSK = 41,
	EXT_VERSIONS = 43,
	EXT_KEY_SHARE = 51,
	EXT_ECH = 0xfe0d,
};

/* RFC 8446 4.1.3: SHA-256 of "HelloRetryRequest". */
static const uint8_t retry_random[32] = {
	0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
	0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
};

static void take(struct cursor *c, uint8_t *to, size_t bytes)
{
	if (cur_left(c) < bytes) {
		c->at = NULL;
		return;
	}
	memcpy(to, c->at, bytes);
	c->at += bytes;
}

static void list16(struct cursor body, struct u16_list *out)
{
	while (cur_left(&body) >= 2 && out->count < sizeof(out->at) / sizeof(*out->at))
		out->at[out->count++] = cur_uint(&body, 2);
}

static void session_id(struct cursor *c, uint8_t *id, uint8_t *bytes)
{
	struct cursor v = cur_vector(c, 1);

	*bytes = cur_left(&v) > 32 ? 0 : cur_left(&v);
	if (cur_left(&v) > 32)
		c->at = NULL;
	else if (*bytes)
		memcpy(id, v.at, *bytes);
}

/* Text fields are C strings: a name with a NUL in it ends there. */
static void text_add(char *to, size_t size, const struct cursor *from)
{
	size_t have = strlen(to), room = size - 1 - have, bytes = cur_left(from);

	if (!cur_ok(from))
		return;
	memcpy(to + have, from->at, bytes < room ? bytes : room);
}

static void server_name(struct cursor body, struct client_hello *out)
{
	struct cursor list = cur_vector(&body, 2), name;

	if (cur_u8(&list) != 0)
		return;
	name = cur_vector(&list, 2);
	text_add(out->server_name, sizeof(out->server_name), &name);
}

static void alpn(struct cursor body, char *to, size_t size)
{
	struct cursor list = cur_vector(&body, 2), comma = { (const uint8_t *)",", NULL };

	comma.end = comma.at + 1;
	while (cur_left(&list)) {
		struct cursor name = cur_vector(&list, 1);

		if (*to)
			text_add(to, size, &comma);
		text_add(to, size, &name);
	}
}

static void ticket(struct cursor body, struct client_hello *out)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];

	out->ticket_extension = true;
	out->ticket_bytes = cur_left(&body);
	if (!out->ticket_bytes)
		return;
	SHA256(body.at, out->ticket_bytes, digest);
	for (int i = 0; i < 8; i++)
		snprintf(out->ticket_hash + 2 * i, 3, "%02x", digest[i]);
}

static void client_extension(uint16_t type, struct cursor body, struct client_hello *out)
{
	switch (type) {
	case EXT_SERVER_NAME: server_name(body, out); break;
	case EXT_GROUPS: list16(cur_vector(&body, 2), &out->groups); break;
	case EXT_SIGNATURE_ALGORITHMS:
		list16(cur_vector(&body, 2), &out->signature_algorithms);
		break;
	case EXT_ALPN: alpn(body, out->alpn, sizeof(out->alpn)); break;
	case EXT_TICKET: ticket(body, out); break;
	case EXT_PSK: out->psk = true; break;
	case EXT_VERSIONS: list16(cur_vector(&body, 1), &out->versions); break;
	case EXT_ECH: out->ech = true; break;
	}
}

int client_hello_parse(const uint8_t *body, size_t bytes, struct client_hello *out)
{
	struct cursor c = { body, body + bytes }, extensions;

	out->seen = true;
	out->legacy_version = cur_uint(&c, 2);
	take(&c, out->random, sizeof(out->random));
	session_id(&c, out->session_id, &out->session_id_bytes);
	list16(cur_vector(&c, 2), &out->ciphers);
	cur_vector(&c, 1); /* compression methods */
	if (!cur_ok(&c))
		return -EBADMSG;
	if (!cur_left(&c))
		return 0;
	extensions = cur_vector(&c, 2);
	while (cur_left(&extensions)) {
		uint16_t type = cur_uint(&extensions, 2);
		struct cursor extension = cur_vector(&extensions, 2);

		if (cur_ok(&extensions))
			client_extension(type, extension, out);
	}
	return cur_ok(&c) && cur_ok(&extensions) ? 0 : -EBADMSG;
}

/* A code that does not fit its extension is a lie, not a zero: keep what was known. */
static int code16(struct cursor body, uint16_t *out)
{
	uint16_t code = cur_uint(&body, 2);

	if (!cur_ok(&body))
		return -EBADMSG;
	*out = code;
	return 0;
}

static int server_extension(uint16_t type, struct cursor body, struct server_hello *out)
{
	switch (type) {
	case EXT_VERSIONS: return code16(body, &out->version);
	case EXT_KEY_SHARE: return code16(body, &out->group);
	case EXT_PSK: out->psk = true; break;
	case EXT_ALPN: alpn(body, out->alpn, sizeof(out->alpn)); break;
	}
	return 0;
}

int server_hello_parse(const uint8_t *body, size_t bytes, struct server_hello *out)
{
	struct cursor c = { body, body + bytes }, extensions;
	int err = 0;

	out->seen = true;
	out->version = cur_uint(&c, 2);
	take(&c, out->random, sizeof(out->random));
	out->hello_retry = !memcmp(out->random, retry_random, sizeof(retry_random));
	session_id(&c, out->session_id, &out->session_id_bytes);
	out->cipher = cur_uint(&c, 2);
	cur_u8(&c); /* compression method */
	if (!cur_ok(&c))
		return -EBADMSG;
	if (!cur_left(&c))
		return 0;
	extensions = cur_vector(&c, 2);
	while (cur_left(&extensions)) {
		uint16_t type = cur_uint(&extensions, 2);
		struct cursor extension = cur_vector(&extensions, 2);

		if (cur_ok(&extensions))
			err |= server_extension(type, extension, out);
	}
	return cur_ok(&c) && cur_ok(&extensions) && !err ? 0 : -EBADMSG;
}
