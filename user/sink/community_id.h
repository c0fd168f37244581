/* SPDX-License-Identifier: GPL-2.0-only */
/* community_id.h - the key that joins a connection with Zeek's and Suricata's records. */
#ifndef TT_SINK_COMMUNITY_ID_H
#define TT_SINK_COMMUNITY_ID_H

#include "model/conn.h"
#include "util/json.h"

/* Community ID v1, seed 0: SHA-1 over seed, the ordered endpoints, protocol, ports. */
void community_id(struct json *j, const struct conn *conn);

#endif /* TT_SINK_COMMUNITY_ID_H */
