/* SPDX-License-Identifier: GPL-2.0-only */
/* to_sink.h - what the tracker tells goes to one sink, the callbacks' argument. */
#ifndef TT_FUZZ_TO_SINK_H
#define TT_FUZZ_TO_SINK_H

#include "sink/sink.h"
#include "track/track.h"

static inline void on_handshake(void *arg, int64_t time_ns, const struct conn *conn)
{
	struct fact fact = { .time_ns = time_ns, .source = "pcap", .conn = conn };
	struct sink *sink = arg;

	sink->handshake(sink, &fact);
}

static inline void on_alert(void *arg, int64_t time_ns, const struct conn *conn, const struct alert *alert)
{
	struct fact fact = { .time_ns = time_ns, .source = "pcap", .conn = conn };
	struct sink *sink = arg;

	sink->alert(sink, &fact, alert);
}

static inline void on_record(void *arg, int64_t time_ns, const struct conn *conn,
		      const struct past_record *record)
{
	struct fact fact = { .time_ns = time_ns, .source = "pcap", .conn = conn };
	struct sink *sink = arg;

	sink->record(sink, &fact, record);
}

static inline void on_connection(void *arg, int64_t time_ns, const struct conn *conn)
{
	struct fact fact = { .time_ns = time_ns, .source = "pcap", .conn = conn };
	struct sink *sink = arg;

	sink->connection(sink, &fact);
}

#endif /* TT_FUZZ_TO_SINK_H */
