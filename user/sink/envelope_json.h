/* SPDX-License-Identifier: GPL-2.0-only */
/* envelope_json.h - who and where: what the events of NDJSON share. */
#ifndef TT_SINK_ENVELOPE_JSON_H
#define TT_SINK_ENVELOPE_JSON_H

#include "model/conn.h"
#include "util/json.h"

/* `name` is left out when it is NULL or empty. */
void json_endpoint(struct json *j, const char *key, const struct endpoint *e, const char *name);
/* process, container and service; nothing of a process that is not known. */
void json_process(struct json *j, const struct conn *c);
/* This host's name, and its machine ID as a hash. */
void json_host(struct json *j);

#endif /* TT_SINK_ENVELOPE_JSON_H */
