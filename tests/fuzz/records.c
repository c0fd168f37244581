/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A connection's records as events (record_events.h), through the state machine and the JSON
 * sink.
 */
#include <stdlib.h>

#include "record_events.h"
#include "sink/sink.h"
#include "sink/tls_json.h"
#include "track/history.h"
#include "to_sink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_message(void *arg, int64_t time_ns, const struct conn *conn,
		       const struct message *message)
{
	struct json j;

	(void)time_ns, (void)conn;
	json_begin(&j, ((struct sink *)arg)->out);
	tls_json_message(&j, message, true);
	json_end(&j, "\n");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sink sink;
	struct track_out out = { .arg = &sink, .fingerprints = true, .handshake = on_handshake, .alert = on_alert,
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
		size_t used = one(track, 1, data, size, index);

		data += used;
		size -= used;
	}
	track_event(track, &close, sizeof(close));
	return 0;
}
