/* SPDX-License-Identifier: GPL-2.0-only */
#include "decrypt/decrypt.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "decrypt/kdf.h"

#define FIRST_VERSION 0x0301 /* SSL 3 derives its keys in another way */
#define GAP_RECORDS 256 /* sequence numbers tried after a gap */
#define KEY_BLOCK_BYTES (2 * (MAC_BYTES + KEY_BYTES + IV_BYTES))

enum { APPLICATION_DATA = 23 }; /* record */
enum { END_OF_EARLY_DATA = 5, FINISHED = 20, KEY_UPDATE = 24 };

struct side {
	struct keys keys;
	uint8_t secret[SECRET_BYTES]; /* of the keys, for a KeyUpdate */
	const char *why;	      /* given up */
	bool handshake;		      /* TLS 1.3: its Finished is still to come */
	bool gap;		      /* the sequence number may be higher than ours */
	bool early;		      /* early data may come before the handshake's keys */
	uint64_t early_records;
};

struct decrypt {
	const struct keylog *log;
	const struct secrets *secrets; /* of the last ClientHello */
	struct suite suite;
	uint16_t version;
	bool encrypt_then_mac, pending; /* keys for the next ChangeCipherSpec */
	uint8_t secret_bytes;		/* of TLS 1.3 */
	uint8_t client_random[32], server_random[32];
	struct side side[2];
};

struct decrypt *decrypt_new(const struct keylog *log)
{
	struct decrypt *d = calloc(1, sizeof(*d));

	if (d)
		d->log = log;
	return d;
}

void decrypt_free(struct decrypt *d)
{
	if (!d)
		return;
	keys_clear(&d->side[0].keys);
	keys_clear(&d->side[1].keys);
	OPENSSL_cleanse(d, sizeof(*d));
	free(d);
}

static void give_up(struct side *s, const char *why)
{
	keys_clear(&s->keys);
	if (!s->why)
		s->why = why;
}

static void traffic_keys(struct decrypt *d, enum decrypt_side sender, enum secret_label label)
{
	struct side *s = &d->side[sender];

	if (!d->secrets || d->secrets->bytes[label] != d->secret_bytes) {
		give_up(s, "no secret");
		return;
	}
	memcpy(s->secret, d->secrets->secret[label], d->secret_bytes);
	if (!keys_traffic(&s->keys, d->version, &d->suite, s->secret, d->secret_bytes))
		give_up(s, "the library refused");
}

static void begin13(struct decrypt *d)
{
	d->side[0].handshake = d->side[1].handshake = true;
	d->secret_bytes = !strcmp(d->suite.prf, "SHA384") ? 48 : 32;
	traffic_keys(d, DECRYPT_CLIENT, SECRET_CLIENT_HANDSHAKE);
	traffic_keys(d, DECRYPT_SERVER, SECRET_SERVER_HANDSHAKE);
}

void decrypt_client_hello(struct decrypt *d, const struct client_hello *hello)
{
	memcpy(d->client_random, hello->random, sizeof(d->client_random));
	d->secrets = keylog_find(d->log, d->client_random);
	d->side[DECRYPT_CLIENT].early = hello->early_data;
}

void decrypt_server_hello(struct decrypt *d, const struct server_hello *server)
{
	const char *why = NULL;

	memcpy(d->server_random, server->random, sizeof(d->server_random));
	d->version = server->version;
	d->encrypt_then_mac = server->encrypt_then_mac;
	d->pending = false;
	if (!suite_of(server->cipher, &d->suite))
		why = "the cipher suite is not supported";
	else if (d->version < FIRST_VERSION || d->version >> 8 > 0x7f)
		why = "the version is not supported";
	else if ((is_tls13(d->version) || d->version < 0x0303) &&
		 suite_is_aead(&d->suite) != is_tls13(d->version))
		why = "the cipher suite is not one of the version";
	if (why) {
		give_up(&d->side[0], why);
		give_up(&d->side[1], why);
	} else if (is_tls13(d->version)) {
		begin13(d);
	} else {
		d->pending = true;
	}
}

/* RFC 5246 6.3: MAC keys, cipher keys, IVs, each the client's first. */
static void cut(const struct decrypt *d, const uint8_t *block, enum decrypt_side sender,
		struct keys *k)
{
	const struct suite *s = &d->suite;

	keys_clear(k);
	k->version = d->version;
	k->suite = *s;
	k->encrypt_then_mac = d->encrypt_then_mac && s->kind == SUITE_CBC;
	memcpy(k->mac, block + sender * s->mac_bytes, s->mac_bytes);
	block += 2 * s->mac_bytes;
	memcpy(k->key, block + sender * s->key_bytes, s->key_bytes);
	block += 2 * s->key_bytes;
	memcpy(k->iv, block + sender * s->iv_bytes, s->iv_bytes);
	k->set = true;
}

void decrypt_change(struct decrypt *d, enum decrypt_side sender)
{
	const struct suite *s = &d->suite;
	struct side *side = &d->side[sender];
	uint8_t block[KEY_BLOCK_BYTES];

	if (!d->pending || side->why)
		return;
	if (!d->secrets || d->secrets->bytes[SECRET_MASTER] != 48) {
		give_up(side, "no secret");
		return;
	}
	side->gap = false;
	if (kdf_key_block(d->version < 0x0303 ? "MD5-SHA1" : s->prf,
			  d->secrets->secret[SECRET_MASTER], d->server_random, d->client_random,
			  block, 2u * (s->mac_bytes + s->key_bytes + s->iv_bytes)))
		cut(d, block, sender, &side->keys);
	else
		give_up(side, "the library refused");
	OPENSSL_cleanse(block, sizeof(block));
}

/* RFC 8446 7.2: the next generation of a traffic secret. */
static void next_generation(struct decrypt *d, struct side *s)
{
	uint8_t next[SECRET_BYTES];

	if (kdf_expand_label(d->suite.prf, s->secret, d->secret_bytes, "traffic upd", next,
			     d->secret_bytes)) {
		memcpy(s->secret, next, d->secret_bytes);
		keys_traffic(&s->keys, d->version, &d->suite, s->secret, d->secret_bytes);
	}
	OPENSSL_cleanse(next, sizeof(next));
	if (!s->keys.set)
		give_up(s, "the library refused");
}

void decrypt_message(struct decrypt *d, enum decrypt_side sender, uint8_t type)
{
	struct side *s = &d->side[sender];

	if (!is_tls13(d->version) || !s->keys.set)
		return;
	/* Authentication after the handshake has a Finished of its own, which changes nothing. */
	if (type == FINISHED && s->handshake) {
		s->handshake = false;
		traffic_keys(d, sender, sender == DECRYPT_CLIENT ? SECRET_CLIENT_TRAFFIC :
								   SECRET_SERVER_TRAFFIC);
	} else if (type == KEY_UPDATE) {
		next_generation(d, s);
	} else if (type == END_OF_EARLY_DATA) {
		s->early = false;
	}
}

bool decrypt_ready(const struct decrypt *d, enum decrypt_side sender)
{
	return d->side[sender].keys.set;
}

bool decrypt_passes(const struct decrypt *d, enum decrypt_side sender, uint8_t type)
{
	const struct side *s = &d->side[sender];

	/* After a gap it tells the sequence number. */
	return type == APPLICATION_DATA && !is_tls13(d->version) && s->keys.set && !s->gap &&
	       keys_independent(&s->keys);
}

const char *decrypt_why(const struct decrypt *d, enum decrypt_side sender)
{
	return d->side[sender].why;
}

/* The keys of early data live no longer than a record: a handshake has few of them. */
static int open_early(struct decrypt *d, struct side *s, const struct sealed *in, uint8_t *out,
		      uint8_t *type)
{
	struct keys k = { 0 };
	int bytes = -EBADMSG;

	if (d->secrets->bytes[SECRET_CLIENT_EARLY] == d->secret_bytes &&
	    keys_traffic(&k, d->version, &d->suite, d->secrets->secret[SECRET_CLIENT_EARLY],
			 d->secret_bytes)) {
		k.sequence = s->early_records;
		bytes = keys_open(&k, in, out, type);
	}
	keys_clear(&k);
	if (bytes >= 0)
		s->early_records++;
	return bytes;
}

/* As often as records may be missing; it is the tag that says which number is right. */
static int open_after_gap(struct side *s, const struct sealed *in, uint8_t *out, uint8_t *type)
{
	uint64_t first = s->keys.sequence;

	for (int i = 0; i < GAP_RECORDS; i++) {
		int bytes;

		s->keys.sequence = first + (uint64_t)i;
		bytes = keys_open(&s->keys, in, out, type);
		if (bytes >= 0) {
			s->gap = false;
			return bytes;
		}
	}
	return -EBADMSG;
}

enum decrypt_result decrypt_open(struct decrypt *d, enum decrypt_side sender,
				 const struct sealed *in, uint8_t *out, int *bytes, uint8_t *type)
{
	struct side *s = &d->side[sender];

	if (!s->keys.set)
		return DECRYPT_NO_KEYS;
	if (s->early) {
		*bytes = open_early(d, s, in, out, type);
		if (*bytes >= 0)
			return DECRYPT_OPENED;
	}
	*bytes = s->gap ? open_after_gap(s, in, out, type) : keys_open(&s->keys, in, out, type);
	if (*bytes >= 0) {
		s->early = false;
		return DECRYPT_OPENED;
	}
	if (s->early)
		return DECRYPT_UNTOLD;
	give_up(s, s->gap ? "records before it are missing" : "it does not verify");
	return DECRYPT_FAILED;
}

void decrypt_skip(struct decrypt *d, enum decrypt_side sender, uint64_t records)
{
	struct side *s = &d->side[sender];

	if (!records)
		return;
	if (s->early)
		s->early_records += records;
	if (!s->keys.set || s->early)
		return;
	s->keys.sequence += records;
	if (!keys_independent(&s->keys))
		give_up(s, "bytes before it are missing");
}

void decrypt_gap(struct decrypt *d, enum decrypt_side sender)
{
	struct side *s = &d->side[sender];

	if (!s->keys.set)
		return;
	s->gap = true;
	if (!keys_independent(&s->keys))
		give_up(s, "bytes before it are missing");
}
