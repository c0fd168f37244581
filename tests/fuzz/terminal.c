/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Both ends of a connection, to a terminal: a first byte for its width, then the records of
 * record_events.h. Whatever the peers send, no byte of it is one that a terminal obeys.
 */
#include <stdio.h>
#include <stdlib.h>

#include "record_events.h"
#include "sink/sink.h"
#include "to_sink.h"
#include "track/history.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As the rules quote what the peers said. */
static void on_end(void *arg, int64_t time_ns, const struct conn *conn)
{
	struct fact fact = { .time_ns = time_ns, .source = "live", .conn = conn, .explained = conn->failed };
	static struct finding finding;
	struct sink *sink = arg;

	sink->handshake(sink, &fact);
	finding = (struct finding){ .code = "server-name-rejected", .severity = SEVERITY_INFO };
	finding.severity = conn->failed ? SEVERITY_ERROR : SEVERITY_WARNING;
	snprintf(finding.title, sizeof(finding.title), "The name is %.200s.", conn->client.server_name);
	finding.evidence.count = finding.ruled_out.count = finding.next_steps.count = 1;
	snprintf(finding.evidence.text[0], SENTENCE_BYTES, "%.300s", conn->client.server_name);
	snprintf(finding.ruled_out.text[0], SENTENCE_BYTES, "\"%.100s\" is not", conn->client.server_name);
	snprintf(finding.next_steps.text[0], SENTENCE_BYTES, "openssl %.100s", conn->client.server_name);
	sink->finding(sink, &fact, &finding);
}

static void check(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		uint8_t byte = (uint8_t)text[i], next = i + 1 < size ? (uint8_t)text[i + 1] : 0;

		if ((byte < ' ' && byte != '\n') || byte == 0x7f || (byte == 0xc2 && next < 0xa0))
			abort();
	}
}

static void play(struct track *track, uint64_t id, const uint8_t *data, size_t size)
{
	struct tt_ev_open open = { .head = { .conn_id = id, .kind = TT_EV_OPEN } };
	struct tt_ev_totals close = { .head = { .conn_id = id, .kind = TT_EV_CLOSE } };
	uint32_t index[2] = { (uint32_t)-1, (uint32_t)-1 };

	track_event(track, &open, sizeof(open));
	while (size >= HEADER) {
		size_t used = one(track, id, data, size, index);

		data += used;
		size -= used;
	}
	track_event(track, &close, sizeof(close));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sink sink;
	struct track_out out = { .arg = &sink, .handshake = on_end, .alert = on_alert,
				 .record = on_record, .connection = on_connection };
	static struct track *track; /* kept: its table is large */
	static uint64_t id = 1;
	char *text = NULL;
	size_t bytes;

	if (!size)
		return 0;
	if (!track) {
		terminal_sink(&sink, stdout, false, false);
		out.history = history_new(64, 64);
		track = track_new(&out, 0);
	}
	sink.out = open_memstream(&text, &bytes);
	sink.width = data[0] < 40 ? 0 : data[0];
	if (!sink.out || !track)
		abort();
	play(track, id, data + 1, size - 1);
	play(track, id + 1, data + 1, size - 1);
	id += 2;
	sink.width = 0;
	fclose(sink.out);
	check(text, bytes);
	free(text);
	return 0;
}
