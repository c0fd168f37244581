/* SPDX-License-Identifier: GPL-2.0-only */
/* tls_json.h - the members of "tls", inside an object that the caller opened. */
#ifndef TT_SINK_TLS_JSON_H
#define TT_SINK_TLS_JSON_H

#include "model/conn.h"
#include "model/finding.h"
#include "model/io.h"
#include "model/message.h"
#include "util/json.h"

void tls_json_handshake(struct json *j, const struct conn *conn);
void tls_json_resumption(struct json *j, const struct conn *conn);
void tls_json_connection(struct json *j, const struct conn *conn);
void tls_json_alert(struct json *j, const struct conn *conn, const struct alert *alert,
		    int64_t time_ns, bool has_local_end);
void tls_json_error(struct json *j, const struct library_error *error);
void tls_json_io(struct json *j, const struct io_call *io, bool hex);
void tls_json_io_sums(struct json *j, const struct conn *conn); /* nothing when no call was seen */
void tls_json_finding(struct json *j, const struct finding *finding);
/* Opens an object and leaves it open for the caller to add to. */
void tls_json_record(struct json *j, const char *key, const struct past_record *record);

/* The members of a tls-message event: "message", then "client" or "server" with its fields. */
void tls_json_message(struct json *j, const struct message *message, bool has_local_end);

#endif /* TT_SINK_TLS_JSON_H */
