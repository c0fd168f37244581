/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wire/cursor.h"
#include "wire/extension.h"
#include "wire/fingerprint.h"
#include "wire/hello.h"
#include "wire/text.h"

#define EXTENSIONS_MAX 64
#define FIRST_DRAFT_LIKE_12 0x7f16 /* 22: ServerHello looks like that of TLS 1.2 */

/* RFC 8446 4.1.3: SHA-256 of "HelloRetryRequest". */
static const uint8_t retry_random[32] = {
	0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
	0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
};

static bool old_draft(uint16_t version)
{
	return version >> 8 == 0x7f && version < FIRST_DRAFT_LIKE_12;
}

/* A code that does not fit its extension is a lie, not a zero: keep what was known. */
static int code16(struct cursor body, uint16_t *out)
{
	uint16_t code = cur_uint(&body, 2);

	if (!cur_ok(&body))
		return 0;
	*out = code;
	return 1;
}

/* The server names exactly one protocol (RFC 7301 3.1); the first is taken. */
static int alpn(struct cursor body, struct server_hello *out)
{
	struct cursor list = cur_vector(&body, 2), name = cur_vector(&list, 1);

	if (!cur_ok(&name))
		return 0;
	if (!out->alpn)
		out->alpn = wire_text_new(name.at, cur_left(&name));
	return 1;
}

static int extension(uint16_t type, struct cursor body, struct server_hello *out)
{
	switch (type) {
	case EXT_VERSIONS: return code16(body, &out->version);
	case EXT_KEY_SHARE: return code16(body, &out->group);
	case EXT_KEY_SHARE_DRAFT: return old_draft(out->version) ? code16(body, &out->group) : 1;
	case EXT_PSK: out->psk = true; break;
	case EXT_ALPN: return alpn(body, out);
	case EXT_TICKET: out->ticket_extension = true; break;
	case EXT_EXTENDED_MASTER_SECRET: out->extended_master_secret = true; break;
	case EXT_ENCRYPT_THEN_MAC: out->encrypt_then_mac = true; break;
	case EXT_RENEGOTIATION_INFO: out->renegotiation_info = true; break;
	case EXT_STATUS_REQUEST:
	case EXT_STATUS_REQUEST_V2: out->ocsp_response = true; break;
	}
	return 1;
}

static int extensions(struct cursor *c, struct server_hello *out)
{
	uint8_t types[2 * EXTENSIONS_MAX];
	struct u16_list list = { types, 0 };
	struct cursor all = { 0 };
	int good = 1;

	if (cur_left(c)) {
		all = cur_vector(c, 2);
		good = cur_ok(c);
	}
	while (cur_left(&all)) {
		uint16_t type = cur_uint(&all, 2);
		struct cursor body = cur_vector(&all, 2);

		if (!cur_ok(&all))
			return 0;
		if (list.count < EXTENSIONS_MAX) {
			types[2 * list.count] = type >> 8;
			types[2 * list.count++ + 1] = type & 0xff;
		}
		good &= extension(type, body, out);
	}
	if (good && !out->no_fingerprints)
		server_fingerprint(out, &list);
	return good;
}

static int session_id(struct cursor *c, struct server_hello *out)
{
	struct cursor v = cur_vector(c, 1);

	if (cur_left(&v) > sizeof(out->session_id))
		return 0;
	out->session_id_bytes = cur_left(&v);
	if (out->session_id_bytes)
		memcpy(out->session_id, v.at, out->session_id_bytes);
	return cur_ok(c);
}

int server_hello_parse(const uint8_t *body, size_t bytes, struct server_hello *out)
{
	struct cursor c = { body, body + bytes };
	const uint8_t *random;

	out->seen = true;
	out->version = out->legacy_version = cur_uint(&c, 2);
	random = cur_take(&c, sizeof(out->random));
	if (random)
		memcpy(out->random, random, sizeof(out->random));
	out->hello_retry = !memcmp(out->random, retry_random, sizeof(retry_random));
	if (!old_draft(out->version) && !session_id(&c, out))
		return -EBADMSG;
	out->cipher = cur_uint(&c, 2);
	if (!old_draft(out->version))
		out->compression = cur_u8(&c);
	return cur_ok(&c) && extensions(&c, out) ? 0 : -EBADMSG;
}

int hello_retry_parse(const uint8_t *body, size_t bytes, struct server_hello *out)
{
	struct cursor c = { body, body + bytes };

	out->seen = out->hello_retry = true;
	out->version = out->legacy_version = cur_uint(&c, 2);
	if (out->version >= 0x7f13) /* the cipher suite came with draft 19 */
		out->cipher = cur_uint(&c, 2);
	return cur_ok(&c) && extensions(&c, out) ? 0 : -EBADMSG;
}

int encrypted_extensions_parse(const uint8_t *body, size_t bytes, struct server_hello *out)
{
	struct cursor c = { body, body + bytes }, all = cur_vector(&c, 2);
	int good = cur_ok(&c);

	while (good && cur_left(&all)) {
		uint16_t type = cur_uint(&all, 2);
		struct cursor one = cur_vector(&all, 2);

		good = cur_ok(&all) && (type != EXT_ALPN || alpn(one, out));
	}
	return good ? 0 : -EBADMSG;
}

void server_hello_free(struct server_hello *hello)
{
	free(hello->alpn);
	memset(hello, 0, sizeof(*hello));
}
