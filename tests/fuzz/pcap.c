/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets through link layers, fragments, reassembly and the record machine to the tracker
 * and the JSON sink. Input: the link type (its place in the table below), then packets: 2
 * bytes of length, of which the upper 3 bits say how many bytes of 256 more the wire had,
 * then the bytes. Every event is checked against the rules that the tracker relies on.
 */
#include <pcap/dlt.h>
#include <stdlib.h>
#include <string.h>

#include "sink/sink.h"
#include "source/link.h"
#include "source/tcp.h"
#include "tlstrace/event.h"
#include "track/track.h"
#include "to_sink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct track *track;

static void require(bool truth)
{
	if (!truth)
		abort();
}

static void on_event(void *arg, const void *event, size_t bytes)
{
	const struct tt_event *head = event;
	const struct tt_ev_record *r = event;

	(void)arg;
	require(bytes >= sizeof(*head) && head->conn_id);
	if (head->kind == TT_EV_RECORD || head->kind == TT_EV_BODY) {
		require(bytes == sizeof(*r) + r->body_bytes && r->dir < 2);
		require(r->body_offset + r->body_bytes <= r->length);
		require((head->kind == TT_EV_BODY) == (r->body_bytes > 0));
	}
	track_event(track, event, bytes);
}

static void packets(struct link *link, int type, const uint8_t *data, size_t size)
{
	int64_t time_ns = 1700000000000000000;

	while (size >= 2) {
		size_t bytes = (data[0] & 0x1f) << 8 | data[1], more = (data[0] >> 5) * 256;
		uint8_t *copy;

		data += 2;
		size -= 2;
		if (bytes > size)
			bytes = size;
		/* A copy of its own: the sanitizer sees a byte too far. */
		copy = malloc(bytes ? bytes : 1);
		memcpy(copy, data, bytes);
		link_packet(link, type, time_ns += 50000000, copy, bytes, bytes + more);
		free(copy);
		data += bytes;
		size -= bytes;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int types[] = { DLT_EN10MB, DLT_RAW, DLT_LINUX_SLL, DLT_LINUX_SLL2, DLT_NULL };
	static const struct tcp_config config = { .every_record = true };
	static struct sink sink;
	struct track_out out = { .arg = &sink, .fingerprints = true, .handshake = on_handshake, .alert = on_alert,
				 .record = on_record, .connection = on_connection };
	struct tcp *tcp;
	struct link *link;

	if (!size)
		return 0;
	if (!track) { /* kept: its table is large */
		json_sink(&sink, fopen("/dev/null", "w"));
		track = track_new(&out, 0);
	}
	tcp = tcp_new(&config, on_event, NULL);
	link = link_new(tcp_segment, tcp);
	packets(link, types[data[0] % (sizeof(types) / sizeof(*types))], data + 1, size - 1);
	tcp_end(tcp);
	require(track_open(track) == 0);
	link_free(link);
	tcp_free(tcp);
	return 0;
}
