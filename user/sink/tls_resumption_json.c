/* SPDX-License-Identifier: GPL-2.0-only */
#include "model/names.h"
#include "sink/tls_json.h"
#include "sink/tls_peer_json.h"

static void original(struct json *j, const struct conn *c)
{
	const struct original *o = &c->original;
	char id[24];

	json_open(j, "original", '{');
	json_bool(j, "seen", o->seen);
	if (o->seen) {
		snprintf(id, sizeof(id), "%llu", (unsigned long long)o->connection);
		if (!o->earlier_run)
			json_text(j, "connection", id);
		json_bool(j, "earlier_run", o->earlier_run);
		json_time(j, "timestamp", o->time_ns);
		tls_json_code(j, "cipher", cipher_name(o->cipher), o->cipher);
		tls_json_code(j, "version", version_name(o->version), o->version);
		json_bool(j, "inferred", o->inferred);
		json_bool(j, "extended_master_secret", o->extended_master_secret);
		json_bool(j, "same_client", o->same_client);
		json_bool(j, "same_server", o->same_server);
		if (c->client.seen)
			json_bool(j, "same_server_name", o->same_name);
		if (*o->server_name)
			json_text(j, "server_name", o->server_name);
		if (o->pid)
			json_int(j, "pid", o->pid);
	}
	json_close(j, '}');
}

void tls_json_resumption(struct json *j, const struct conn *c)
{
	json_open(j, "resumption", '{');
	json_bool(j, "offered", c->offered);
	json_bool(j, "accepted", c->resumed);
	if (c->resumption_method)
		json_text(j, "method", c->resumption_method);
	if (c->resumed || c->original.seen)
		original(j, c);
	json_close(j, '}');
}
