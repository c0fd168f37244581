/* SPDX-License-Identifier: GPL-2.0-only */
#include "source/detect.h"

#include <string.h>
#include <strings.h>

#define HELLO_BYTES 11	  /* record header, message header, major and minor version */
#define HELLO_LEAST 38	  /* version, random, empty session ID, and what else must be there */
#define UPGRADE_BYTES 512 /* of a segment, where words that ask for TLS are looked for */

enum { CLIENT_HELLO = 1, SERVER_HELLO = 2 };

static bool be_hello(const uint8_t *p, size_t bytes)
{
	struct header h;
	uint32_t message;

	if (!header_read(p, &h) || h.type != 22 || !h.length)
		return false;
	if (bytes > 5 && p[5] != CLIENT_HELLO && p[5] != SERVER_HELLO)
		return false;
	if (bytes < HELLO_BYTES || h.length < 6)
		return true;
	message = (uint32_t)p[6] << 16 | p[7] << 8 | p[8];
	if (message < HELLO_LEAST || message > 1 << 17)
		return false;
	/* 0x7f: the drafts of TLS 1.3 in ServerHello. */
	return p[9] == 3 ? p[10] <= 4 : p[9] == 0x7f && p[5] == SERVER_HELLO;
}

/* All 11 bytes, of which the lengths agree: no accident. */
static bool sure_hello(const uint8_t *p, uint32_t bytes)
{
	uint32_t record, message;

	if (bytes < HELLO_BYTES || p[0] != 22 || p[1] != 3 || !be_hello(p, bytes))
		return false;
	record = (uint32_t)p[3] << 8 | p[4];
	message = (uint32_t)p[6] << 16 | p[7] << 8 | p[8];
	return record >= 6 && (p[5] == SERVER_HELLO ? message + 4 <= record : message + 4 == record);
}

/* An alert before anything else: 7 bytes, of which the last may have any meaning, a new one too. */
static enum verdict be_alert(const uint8_t *p, size_t bytes)
{
	if ((bytes > 1 && p[1] != 3) || (bytes > 2 && p[2] > 4) || (bytes > 3 && p[3]) ||
	    (bytes > 4 && (p[4] & 1 || !p[4] || p[4] > TT_PLAIN_ALERT_MAX)) || (bytes > 5 && p[5] != 1 && p[5] != 2))
		return VERDICT_PLAIN;
	return bytes < 7 ? VERDICT_WAIT : VERDICT_TLS;
}

/* RFC 5246 E.2: lengths of cipher specs, session ID and challenge fill the record. */
static enum verdict be_ssl2(const uint8_t *p, size_t bytes)
{
	uint32_t specs, id, challenge;

	if ((bytes > 2 && p[2] != CLIENT_HELLO) || (bytes > 3 && p[3] != 3) ||
	    (bytes > 4 && p[4] > 4))
		return VERDICT_PLAIN;
	if (bytes < 11)
		return VERDICT_WAIT;
	specs = (uint32_t)p[5] << 8 | p[6];
	id = (uint32_t)p[7] << 8 | p[8];
	challenge = (uint32_t)p[9] << 8 | p[10];
	if (!specs || specs % 3 || (id && id != 16 && id != 32) || challenge < 16 || challenge > 32)
		return VERDICT_PLAIN;
	return ((uint32_t)(p[0] & 0x7f) << 8 | p[1]) == 9 + specs + id + challenge ? VERDICT_SSL2 :
										   VERDICT_PLAIN;
}

static enum verdict be_proxy(const uint8_t *p, size_t bytes, const char *mark, size_t mark_bytes,
			     size_t header_bytes, enum verdict verdict)
{
	if (memcmp(p, mark, bytes < mark_bytes ? bytes : mark_bytes))
		return VERDICT_PLAIN;
	return bytes < header_bytes ? VERDICT_WAIT : verdict;
}

enum verdict detect_start(const uint8_t *p, size_t bytes, bool first)
{
	uint16_t length;

	if (p[0] == 21)
		return be_alert(p, bytes);
	if (p[0] & 0x80)
		return be_ssl2(p, bytes);
	if (first && p[0] == 'P')
		return be_proxy(p, bytes, "PROXY ", 6, 6, VERDICT_PROXY1);
	if (first && p[0] == '\r')
		return be_proxy(p, bytes, "\r\n\r\n\0\r\nQUIT\n", 12, 16, VERDICT_PROXY2);
	if (p[0] != 22 || (bytes > 1 && p[1] != 3) || (bytes > 2 && p[2] > 4))
		return VERDICT_PLAIN;
	if (bytes < HEADER_BYTES)
		return VERDICT_WAIT;
	if (!be_hello(p, bytes))
		return VERDICT_PLAIN;
	length = (uint16_t)(p[3] << 8 | p[4]);
	return bytes < HEADER_BYTES + (length < 6 ? length : 6U) ? VERDICT_WAIT : VERDICT_TLS;
}

static bool has_word(const uint8_t *p, uint32_t bytes, const char *word)
{
	uint32_t n = (uint32_t)strlen(word);

	for (uint32_t i = 0; i + n <= bytes; i++)
		if (!strncasecmp((const char *)p + i, word, n))
			return true;
	return false;
}

/* Text that asks for TLS, with the hello right behind it. */
static int32_t behind_text(const uint8_t *p, uint32_t bytes)
{
	static const char *const asks[] = { "STARTTLS", "STLS", "AUTH TLS", "AUTH SSL", "CONNECT " };

	for (uint32_t i = 0; i + 1 + HELLO_BYTES <= bytes && i < UPGRADE_BYTES; i++) {
		if ((p[i] != '\n' && p[i] != '>') || !sure_hello(p + i + 1, bytes - i - 1))
			continue;
		for (size_t a = 0; a < sizeof(asks) / sizeof(*asks); a++)
			if (has_word(p, i, asks[a]))
				return (int32_t)i + 1;
	}
	return -1;
}

int32_t detect_upgrade(const uint8_t *p, uint32_t bytes, bool peer_tls)
{
	/* The requests of PostgreSQL (8 bytes) and MySQL (36, its sequence number 1). */
	static const uint8_t postgres[] = { 0, 0, 0, 8, 4, 0xd2, 0x16, 0x2f };
	static const uint8_t mysql[] = { 32, 0, 0, 1 };

	for (uint32_t i = 1; peer_tls && i + HELLO_BYTES <= bytes; i++)
		if (sure_hello(p + i, bytes - i))
			return (int32_t)i;
	if (bytes > 8 && !memcmp(p, postgres, 8) && sure_hello(p + 8, bytes - 8))
		return 8;
	if (bytes > 36 && !memcmp(p, mysql, 4) && sure_hello(p + 36, bytes - 36))
		return 36;
	return behind_text(p, bytes);
}

bool detect_http(const uint8_t *p, uint32_t bytes)
{
	static const char *const methods[] = { "GET ", "POST ", "HEAD ", "PUT ", "DELETE ",
					       "OPTIONS ", "PATCH " };

	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++) {
		size_t n = strlen(methods[i]);

		if (bytes > n && !memcmp(p, methods[i], n))
			return true;
	}
	return false;
}

/* Without a header before it, less is believed: a body is not all zero length, CCS is 1. */
static bool candidate(const struct stream *s, const uint8_t *p, struct header *h)
{
	return header_read(p, h) && h->length && (h->type != 20 || h->length == 1) &&
	       (!s->totals.records || h->minor == s->now.minor) &&
	       (!s->evidence || h->minor == s->candidate[0].minor);
}

static void commit(struct stream *s, struct records_out *out, const struct header *next)
{
	for (int i = 0; i < s->evidence && i < 2; i++) {
		record_begin(s, out, s->candidate[i]);
		if (s->copy)
			out->record(out, s, NULL, 0);
	}
	s->evidence = 0;
	s->plain_bytes = 0;
	s->state = STREAM_TLS;
	s->body_left = 0;
	s->head_bytes = 0;
	if (next)
		record_begin(s, out, *next);
}

/* The header that the chain's last record leads to. */
static uint32_t follow(struct stream *s, struct records_out *out, const uint8_t *p, uint32_t bytes)
{
	uint32_t take = HEADER_BYTES - s->head_bytes;
	int needed = out->announced ? 1 : 2;
	struct header h;

	take = bytes < take ? bytes : take;
	memcpy(s->head + s->head_bytes, p, take);
	s->head_bytes += take;
	if (s->head_bytes < HEADER_BYTES)
		return take;
	s->head_bytes = 0;
	if (!candidate(s, s->head, &h)) {
		s->evidence = 0;
	} else if (s->evidence >= needed) {
		commit(s, out, &h);
	} else {
		s->candidate[s->evidence++] = h;
		s->body_left = h.length;
	}
	return take;
}

/* The first place that may be a header; `bytes` when there is none. */
static uint32_t search(struct stream *s, const uint8_t *p, uint32_t bytes, struct header *h)
{
	for (uint32_t i = 0; i + HEADER_BYTES <= bytes; i++) {
		const uint8_t *major = memchr(p + i + 1, 3, bytes - i - 1);

		if (!major)
			return bytes;
		i = (uint32_t)(major - p) - 1;
		if (i + HEADER_BYTES <= bytes && candidate(s, p + i, h))
			return i;
	}
	return bytes;
}

uint32_t detect_chain(struct stream *s, struct records_out *out, const uint8_t *p, uint32_t bytes)
{
	struct header h;
	uint32_t at;

	if (s->evidence && s->body_left) {
		at = bytes < s->body_left ? bytes : s->body_left;
		s->body_left -= at;
		return at;
	}
	if (s->evidence)
		return follow(s, out, p, bytes);
	if (sure_hello(p, bytes) || (bytes == 7 && p[0] == 21 && be_alert(p, 7) == VERDICT_TLS)) {
		s->state = STREAM_NEW;
		return 0;
	}
	at = search(s, p, bytes, &h);
	if (at == bytes)
		return bytes;
	/* A record that is a segment of its own needs no other to be believed. */
	if (at == 0 && (uint32_t)h.length + HEADER_BYTES == bytes && bytes > 16) {
		commit(s, out, &h);
		return HEADER_BYTES;
	}
	s->candidate[0] = h;
	s->evidence = 1;
	s->body_left = h.length;
	return at + HEADER_BYTES;
}
