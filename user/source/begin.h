/* SPDX-License-Identifier: GPL-2.0-only */
/* begin.h - inside records.c: what a stream begins with, up to its first record. */
#ifndef TT_SOURCE_BEGIN_H
#define TT_SOURCE_BEGIN_H

#include "source/records.h"

/* STREAM_NEW: collect bytes until they tell what begins. Returns how many were used. */
uint32_t begin_start(struct stream *s, struct records_out *out, const uint8_t *p, uint32_t bytes);
/* STREAM_PREFIX: step over a PROXY header. Returns how many bytes were used. */
uint32_t begin_prefix(struct stream *s, const uint8_t *p, uint32_t bytes);
/* Bytes of an SSLv2 hello, no more than body_left of them. */
void begin_ssl2(struct stream *s, struct records_out *out, const uint8_t *p, uint32_t bytes);
/* It is another protocol, so far. */
void begin_plain(struct stream *s);

#endif /* TT_SOURCE_BEGIN_H */
