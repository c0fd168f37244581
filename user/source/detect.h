/* SPDX-License-Identifier: GPL-2.0-only */
/* detect.h - inside records.c: whether and where TLS begins in a stream. */
#ifndef TT_SOURCE_DETECT_H
#define TT_SOURCE_DETECT_H

#include "source/records.h"

enum verdict { VERDICT_WAIT, VERDICT_TLS, VERDICT_SSL2, VERDICT_PROXY1, VERDICT_PROXY2, VERDICT_PLAIN };

/* What a stream that begins with these bytes is; WAIT when more of them would tell. */
enum verdict detect_start(const uint8_t *p, size_t bytes, bool first);
/*
 * Where in a segment of another protocol TLS begins at once, behind a request for it
 * or, when the other direction is TLS already, anywhere; -1: nowhere.
 */
int32_t detect_upgrade(const uint8_t *p, uint32_t bytes, bool peer_tls);
/* An HTTP request other than CONNECT: what follows is never TLS. */
bool detect_http(const uint8_t *p, uint32_t bytes);
/*
 * Position lost: look for records that follow each other. Returns how many bytes
 * were used; the stream is STREAM_TLS when it was found again.
 */
uint32_t detect_chain(struct stream *s, struct records_out *out, const uint8_t *p, uint32_t bytes);

#endif /* TT_SOURCE_DETECT_H */
