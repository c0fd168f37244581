/* SPDX-License-Identifier: GPL-2.0-only */
#include "source/records.h"

#include <stdlib.h>
#include <string.h>

#include "source/detect.h"

#define PLAIN_SEGMENTS 64 /* of another protocol before TLS is given up */
#define PLAIN_BYTES 65536
#define LOST_BYTES (1 << 20) /* looked through for a chain where TLS was never seen */
#define SSL2_BYTES 1024

enum { TYPE_ALERT = 21, TYPE_HANDSHAKE = 22, TYPE_DATA = 23, TYPE_SSL2 = 128 };

struct ssl2 {
	uint16_t have;
	uint8_t bytes[SSL2_BYTES];
};

static void count_record(struct stream *s, struct records_out *out, struct header h)
{
	struct tt_dir_totals *t = &s->totals;
	struct tt_flight_record *slot = &t->flight[t->records % TT_FLIGHT_RECORDS];

	s->now = h;
	*slot = (struct tt_flight_record){ .time_ns = (uint64_t)out->time_ns,
					   .index = (uint32_t)t->records, .length = h.length,
					   .type = h.type, .version_minor = h.minor };
	t->records++;
	t->bytes += h.length + HEADER_BYTES;
	if (h.type == TYPE_DATA) {
		t->app_records++;
		t->app_bytes += h.length;
	}
}

void record_begin(struct stream *s, struct records_out *out, struct header h)
{
	count_record(s, out, h);
	s->state = STREAM_TLS;
	s->head_bytes = 0;
	s->body_left = h.length;
	s->body_offset = 0;
	s->copy = (h.type == TYPE_HANDSHAKE && h.length) || (h.type == TYPE_ALERT && h.length == 2);
	if (h.type == TYPE_ALERT)
		out->alert_due(out);
	if (!s->copy)
		out->record(out, s, NULL, 0);
}

static void lose(struct stream *s, struct records_out *out)
{
	s->state = STREAM_LOST;
	s->head_bytes = 0;
	s->body_left = 0;
	s->evidence = 0;
	s->plain_bytes = 0;
	free(s->ssl2);
	s->ssl2 = NULL;
	out->lost(out);
}

/* An SSLv2 record: 2 bytes of length, then the hello, told when it is whole. */
static void ssl2_bytes(struct stream *s, struct records_out *out, const uint8_t *p, uint32_t bytes)
{
	memcpy(s->ssl2->bytes + s->ssl2->have, p, bytes);
	s->ssl2->have += bytes;
	s->body_left -= bytes;
	if (s->body_left)
		return;
	out->record(out, s, s->ssl2->bytes, s->ssl2->have);
	free(s->ssl2);
	s->ssl2 = NULL;
}

static bool ssl2_begin(struct stream *s, struct records_out *out)
{
	uint16_t length = (uint16_t)((s->head[0] & 0x7f) << 8 | s->head[1]);

	if (length > SSL2_BYTES)
		return false;
	s->ssl2 = calloc(1, sizeof(*s->ssl2));
	if (!s->ssl2)
		return false;
	count_record(s, out, (struct header){ TYPE_SSL2, s->head[4], length });
	s->totals.bytes -= HEADER_BYTES - 2;
	s->state = STREAM_TLS;
	s->copy = true;
	s->body_left = length;
	s->body_offset = 0;
	return true;
}

/* A body's bytes; returns how many of them are its. */
static uint32_t body(struct stream *s, struct records_out *out, const uint8_t *p, uint32_t bytes)
{
	uint32_t take = bytes < s->body_left ? bytes : s->body_left;

	if (s->ssl2) {
		ssl2_bytes(s, out, p, take);
		return take;
	}
	if (s->copy)
		out->record(out, s, p, (uint16_t)take);
	s->body_offset += take;
	s->body_left -= take;
	return take;
}

/* In order: the next header, wherever its bytes come from. */
static uint32_t header(struct stream *s, struct records_out *out, const uint8_t *p, uint32_t bytes)
{
	uint32_t take = HEADER_BYTES - s->head_bytes;
	const uint8_t *head = p;
	struct header h;

	if (s->head_bytes || bytes < HEADER_BYTES) {
		take = bytes < take ? bytes : take;
		memcpy(s->head + s->head_bytes, p, take);
		s->head_bytes += take;
		head = s->head;
		if (s->head_bytes < HEADER_BYTES)
			return take;
	}
	if (header_read(head, &h)) {
		record_begin(s, out, h);
		return take;
	}
	lose(s, out);
	return head == p ? 0 : take;
}

static void replay(struct stream *s, struct records_out *out, uint32_t from)
{
	uint8_t copy[HEAD_BYTES];
	uint32_t bytes = s->head_bytes - from;

	memcpy(copy, s->head + from, bytes);
	s->head_bytes = 0;
	s->first = false;
	records_bytes(s, out, copy, bytes);
}

static void plain(struct stream *s)
{
	s->state = STREAM_PLAIN;
	s->head_bytes = 0;
	s->first = false;
}

/* Collect until the bytes tell what begins here; returns how many were used. */
static uint32_t start(struct stream *s, struct records_out *out, const uint8_t *p, uint32_t bytes)
{
	for (uint32_t used = 0; used < bytes;) {
		s->head[s->head_bytes++] = p[used++];
		switch (detect_start(s->head, s->head_bytes, s->first)) {
		case VERDICT_WAIT: continue;
		case VERDICT_TLS:
			s->state = STREAM_TLS;
			if (s->head_bytes == used) { /* all in this segment */
				s->head_bytes = 0;
				s->first = false;
				return 0;
			}
			replay(s, out, 0);
			return used;
		case VERDICT_SSL2:
			if (ssl2_begin(s, out))
				replay(s, out, 2);
			else
				plain(s);
			return used;
		case VERDICT_PROXY1:
			s->state = STREAM_PREFIX;
			s->body_left = 0; /* up to the end of the line */
			s->body_offset = 0;
			return used;
		case VERDICT_PROXY2:
			s->body_left = (uint16_t)(s->head[14] << 8 | s->head[15]);
			s->state = s->body_left ? STREAM_PREFIX : STREAM_NEW;
			s->head_bytes = 0;
			s->first = false;
			return used;
		case VERDICT_PLAIN:
			plain(s);
			return 0; /* all of the segment, as far as it is there */
		}
	}
	return bytes;
}

/* Inside a PROXY header: version 1 ends with its line, version 2 says its length. */
static uint32_t prefix(struct stream *s, const uint8_t *p, uint32_t bytes)
{
	uint32_t take = bytes;

	if (s->body_left) {
		take = bytes < s->body_left ? bytes : s->body_left;
		s->body_left -= take;
		if (!s->body_left)
			s->state = STREAM_NEW;
		return take;
	}
	for (take = 0; take < bytes;) {
		if (p[take++] == '\n') {
			s->state = STREAM_NEW;
			s->head_bytes = 0;
			s->first = false;
			break;
		}
		if (++s->body_offset > 107) { /* the longest line there is */
			plain(s);
			break;
		}
	}
	return take;
}

/* A segment of another protocol; returns how many bytes were used. */
static uint32_t another(struct stream *s, struct records_out *out, const uint8_t *p, uint32_t bytes)
{
	int32_t at = detect_upgrade(p, bytes, out->peer_tls);

	if (at >= 0) {
		s->state = STREAM_NEW;
		return (uint32_t)at;
	}
	if (!out->peer_tls && (out->hopeless || detect_http(p, bytes))) {
		s->state = STREAM_NOT;
		out->hopeless = true;
		return bytes;
	}
	s->plain_bytes += bytes;
	if (++s->plain_segments > PLAIN_SEGMENTS || s->plain_bytes > PLAIN_BYTES)
		s->state = STREAM_NOT;
	return bytes;
}

static uint32_t lost(struct stream *s, struct records_out *out, const uint8_t *p, uint32_t bytes)
{
	uint32_t used;

	if (!out->announced && (out->hopeless || (!s->evidence && detect_http(p, bytes)))) {
		out->hopeless = true;
		s->state = STREAM_NOT;
		return bytes;
	}
	used = detect_chain(s, out, p, bytes);
	s->plain_bytes += used;
	if (s->state == STREAM_LOST && !out->announced && s->plain_bytes > LOST_BYTES)
		s->state = STREAM_NOT;
	return used;
}

void records_bytes(struct stream *s, struct records_out *out, const uint8_t *data, uint32_t bytes)
{
	/* Each segment of another protocol may be the first one of TLS. */
	if (s->state == STREAM_PLAIN && bytes)
		s->state = STREAM_NEW;
	while (bytes) {
		uint32_t used = bytes;

		switch (s->state) {
		case STREAM_TLS:
			used = s->body_left ? body(s, out, data, bytes) :
					      header(s, out, data, bytes);
			break;
		case STREAM_NEW: used = start(s, out, data, bytes); break;
		case STREAM_PREFIX: used = prefix(s, data, bytes); break;
		case STREAM_PLAIN: used = another(s, out, data, bytes); break;
		case STREAM_LOST: used = lost(s, out, data, bytes); break;
		}
		data += used;
		bytes -= used;
	}
}

void records_gap(struct stream *s, struct records_out *out, uint32_t bytes)
{
	if (s->state == STREAM_NOT)
		return;
	s->totals.gap_bytes += bytes;
	if (s->state == STREAM_PLAIN || (s->state == STREAM_NEW && !s->first)) {
		plain(s);
		return;
	}
	if (s->state == STREAM_TLS && !s->head_bytes && bytes <= s->body_left && !s->ssl2) {
		if (s->copy && !s->body_offset)
			out->record(out, s, NULL, 0);
		s->body_left -= bytes;
		s->body_offset += bytes;
		return;
	}
	if (s->state == STREAM_LOST) {
		bool inside = s->evidence && !s->head_bytes && bytes <= s->body_left;

		s->evidence = inside ? s->evidence : 0;
		s->body_left = inside ? s->body_left - bytes : 0;
		s->head_bytes = 0;
		return;
	}
	records_end(s, out);
	lose(s, out);
}

void records_end(struct stream *s, struct records_out *out)
{
	if (s->state == STREAM_TLS && s->copy && s->body_left && !s->body_offset && !s->ssl2) {
		s->copy = false;
		out->record(out, s, NULL, 0);
	}
}

void records_free(struct stream *s)
{
	free(s->ssl2);
	s->ssl2 = NULL;
}
