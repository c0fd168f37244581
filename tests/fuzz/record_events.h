/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * record_events.h - bytes as the events of records. Input: a header of 9 bytes (direction and
 * kind, type, version's low byte, length, offset, bytes given), then the bytes; and so on.
 */
#ifndef TT_FUZZ_RECORD_EVENTS_H
#define TT_FUZZ_RECORD_EVENTS_H

#include <string.h>

#include "tlstrace/event.h"
#include "track/track.h"

#define HEADER 9

/* One record event of the connection, of its other end where id is even; returns what it used of the input. */
static size_t one(struct track *track, uint64_t id, const uint8_t *data, size_t size, uint32_t *index)
{
	static _Alignas(8) uint8_t event[sizeof(struct tt_ev_record) + 65536];
	struct tt_ev_record *e = (void *)event;
	size_t given = data[7] << 8 | data[8];
	uint8_t dir = (data[0] ^ !(id & 1)) & 1;

	if (given > size - HEADER)
		given = size - HEADER;
	memset(e, 0, sizeof(*e));
	e->head.conn_id = id;
	e->head.kind = data[0] & 2 ? TT_EV_BODY : TT_EV_RECORD;
	e->type = data[1];
	e->version = 0x0300 | data[2];
	e->length = data[3] << 8 | data[4];
	e->body_offset = data[0] & 2 ? data[5] << 8 | data[6] : 0;
	e->index = e->body_offset ? index[dir] : ++index[dir];
	e->dir = dir;
	e->body_bytes = given;
	memcpy(e->body, data + HEADER, given);
	track_event(track, event, sizeof(*e) + given);
	return HEADER + given;
}

#endif /* TT_FUZZ_RECORD_EVENTS_H */
