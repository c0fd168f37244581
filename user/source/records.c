/* SPDX-License-Identifier: GPL-2.0-only */
#include "source/records.h"

#include <stdlib.h>
#include <string.h>

#include "source/begin.h"
#include "source/detect.h"

#define PLAIN_SEGMENTS 64 /* of another protocol before TLS is given up */
#define PLAIN_BYTES 65536
#define LOST_BYTES (1 << 20) /* looked through for a chain where TLS was never seen */

enum { TYPE_CCS = 20, TYPE_ALERT = 21, TYPE_HANDSHAKE = 22, TYPE_DATA = 23 };

void record_count(struct stream *s, struct records_out *out, struct header h)
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

/* Whose body is told. Without keys the bulk of application data is never even looked at. */
static bool told(const struct records_out *out, struct header h)
{
	switch (h.type) {
	case TYPE_HANDSHAKE: return h.length;
	case TYPE_ALERT: return h.length && (h.length <= TT_PLAIN_ALERT_MAX || out->sealed);
	case TYPE_CCS: return out->sealed && h.length > 1;
	case TYPE_DATA: return out->sealed && h.length;
	}
	return false;
}

void record_begin(struct stream *s, struct records_out *out, struct header h)
{
	record_count(s, out, h);
	s->state = STREAM_TLS;
	s->head_bytes = 0;
	s->body_left = h.length;
	s->body_offset = 0;
	s->copy = told(out, h);
	s->after_gap = s->lost;
	s->lost = false;
	if (h.type == TYPE_ALERT)
		out->alert_due(out);
	if (!s->copy)
		out->record(out, s, NULL, 0);
}

static void lose(struct stream *s, struct records_out *out)
{
	s->state = STREAM_LOST;
	s->lost = true;
	s->head_bytes = 0;
	s->body_left = 0;
	s->evidence = 0;
	s->plain_bytes = 0;
	free(s->ssl2);
	s->ssl2 = NULL;
	out->lost(out);
}

/* A body's bytes; returns how many of them are its. */
static uint32_t body(struct stream *s, struct records_out *out, const uint8_t *p, uint32_t bytes)
{
	uint32_t take = bytes < s->body_left ? bytes : s->body_left;

	if (s->ssl2) {
		begin_ssl2(s, out, p, take);
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
	if (!s->totals.broken_bytes && !s->totals.gap_bytes)
		s->totals.broken_bytes = s->totals.bytes + 1;
	lose(s, out);
	return head == p ? 0 : take;
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
		case STREAM_NEW: used = begin_start(s, out, data, bytes); break;
		case STREAM_PREFIX: used = begin_prefix(s, data, bytes); break;
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
		begin_plain(s);
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
