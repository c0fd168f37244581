/* SPDX-License-Identifier: GPL-2.0-only */
#include "source/begin.h"

#include <stdlib.h>
#include <string.h>

#include "source/detect.h"

#define SSL2_BYTES 1024
#define PROXY_LINE_BYTES 107 /* the longest there is */

enum { TYPE_SSL2 = 128 };

struct ssl2 {
	uint16_t have;
	uint8_t bytes[SSL2_BYTES];
};

/* An SSLv2 record: 2 bytes of length, then the hello, told when it is whole. */
void begin_ssl2(struct stream *s, struct records_out *out, const uint8_t *p, uint32_t bytes)
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

static bool ssl2_start(struct stream *s, struct records_out *out)
{
	uint16_t length = (uint16_t)((s->head[0] & 0x7f) << 8 | s->head[1]);

	if (length > SSL2_BYTES)
		return false;
	s->ssl2 = calloc(1, sizeof(*s->ssl2));
	if (!s->ssl2)
		return false;
	record_count(s, out, (struct header){ TYPE_SSL2, s->head[4], length });
	s->totals.bytes -= HEADER_BYTES - 2;
	s->state = STREAM_TLS;
	s->copy = true;
	s->body_left = length;
	s->body_offset = 0;
	return true;
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

void begin_plain(struct stream *s)
{
	s->state = STREAM_PLAIN;
	s->head_bytes = 0;
	s->first = false;
}

/* Collect until the bytes tell what begins here; returns how many were used. */
uint32_t begin_start(struct stream *s, struct records_out *out, const uint8_t *p, uint32_t bytes)
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
			if (ssl2_start(s, out))
				replay(s, out, 2);
			else
				begin_plain(s);
			return used;
		case VERDICT_PROXY1:
			s->proxied = true;
			s->state = STREAM_PREFIX;
			s->body_left = 0; /* up to the end of the line */
			s->body_offset = 0;
			return used;
		case VERDICT_PROXY2:
			s->proxied = true;
			s->body_left = (uint16_t)(s->head[14] << 8 | s->head[15]);
			s->state = s->body_left ? STREAM_PREFIX : STREAM_NEW;
			s->head_bytes = 0;
			s->first = false;
			return used;
		case VERDICT_PLAIN:
			begin_plain(s);
			return 0; /* all of the segment, as far as it is there */
		}
	}
	return bytes;
}

/* Inside a PROXY header: version 1 ends with its line, version 2 says its length. */
uint32_t begin_prefix(struct stream *s, const uint8_t *p, uint32_t bytes)
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
		if (++s->body_offset > PROXY_LINE_BYTES) {
			begin_plain(s);
			break;
		}
	}
	return take;
}
