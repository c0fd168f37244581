/* SPDX-License-Identifier: GPL-2.0-only */
#include "sink/tls_json.h"

static void call(struct json *j, const struct io_call *io)
{
	json_text(j, "call", io->call);
	json_text(j, "operation", io->operation);
	json_int(j, "requested_bytes", (int64_t)io->asked_bytes);
	json_text(j, "result", io->failed ? "failed" : "ok");
	if (!io->failed)
		json_int(j, "bytes", (int64_t)io->bytes);
	if (io->error)
		json_text(j, "error", io->error);
	if (io->has_code)
		json_int(j, "error_code", io->code);
	json_int(j, "latency_ns", (int64_t)io->took_ns);
	json_int(j, "process_id", io->pid);
	json_int(j, "thread_id", io->thread_id);
}

static void record(struct json *j, const struct io_call *io)
{
	json_text(j, "sender", io->sender);
	json_int(j, "bytes", (int64_t)io->bytes);
}

void tls_json_io(struct json *j, const struct io_call *io, bool hex)
{
	json_open(j, "io", '{');
	if (io->sender)
		record(j, io);
	else
		call(j, io);
	if (io->data_bytes) {
		if (hex)
			json_hex(j, "data_hex", io->data, io->data_bytes);
		else
			json_bytes(j, "data", io->data, io->data_bytes);
		json_bool(j, "data_truncated", io->data_bytes < io->bytes);
	}
	json_close(j, '}');
}

static void sums(struct json *j, const char *key, const struct io_sums *s)
{
	json_open(j, key, '{');
	json_int(j, "calls", (int64_t)s->calls);
	json_int(j, "failed", (int64_t)s->failed);
	json_int(j, "bytes", (int64_t)s->bytes);
	json_int(j, "blocked_ns", (int64_t)s->blocked_ns);
	json_close(j, '}');
}

void tls_json_io_sums(struct json *j, const struct conn *c)
{
	if (!c->has_io)
		return;
	json_open(j, "io", '{');
	sums(j, "read", &c->io[1]);
	sums(j, "write", &c->io[0]);
	json_bool(j, "complete", c->io_complete);
	json_close(j, '}');
}
