/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A connection's records as events, through the state machine and the JSON sink.
 * Input: a header of 9 bytes (direction and kind, type, version's low byte, length,
 * offset, bytes given), then the bytes; and so on.
 */
#include <stdlib.h>
#include <string.h>

#include "sink/sink.h"
#include "sink/tls_json.h"
#include "tlstrace/event.h"
#include "track/history.h"
#include "track/track.h"
#include "to_sink.h"

#define HEADER 9

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_message(void *arg, int64_t time_ns, const struct conn *conn,
		       const struct message *message)
{
	struct json j = { .out = ((struct sink *)arg)->out };

	(void)time_ns, (void)conn;
	tls_json_message(&j, message, true);
}

/* One record event; returns what it used of the input. */
static size_t one(struct track *track, const uint8_t *data, size_t size, uint32_t *index)
{
	static _Alignas(8) uint8_t event[sizeof(struct tt_ev_record) + 65536];
	struct tt_ev_record *e = (void *)event;
	size_t given = data[7] << 8 | data[8];
	uint8_t dir = data[0] & 1;

	if (given > size - HEADER)
		given = size - HEADER;
	memset(e, 0, sizeof(*e));
	e->head.conn_id = 1;
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sink sink;
	struct track_out out = { .arg = &sink, .handshake = on_handshake, .alert = on_alert,
				 .record = on_record, .connection = on_connection,
				 .message = on_message };
	struct tt_ev_open open = { .head = { .conn_id = 1, .kind = TT_EV_OPEN } };
	struct tt_ev_totals close = { .head = { .conn_id = 1, .kind = TT_EV_CLOSE } };
	uint32_t index[2] = { (uint32_t)-1, (uint32_t)-1 };
	static struct track *track; /* kept: its table is large */

	if (!track) {
		json_sink(&sink, fopen("/dev/null", "w"));
		out.history = history_new(64, 64);
		track = track_new(&out, 0);
	}
	track_event(track, &open, sizeof(open));
	while (size >= HEADER) {
		size_t used = one(track, data, size, index);

		data += used;
		size -= used;
	}
	track_event(track, &close, sizeof(close));
	return 0;
}
