/* SPDX-License-Identifier: GPL-2.0-only */
/* watch.h - the TLS libraries of the host: found, probed, kept within their budget, told of. */
#ifndef TT_WATCH_H
#define TT_WATCH_H

#include "pipeline.h"
#include "probe/hooks.h"

struct watch;

/* Probe what there is. NULL when out of memory; what cannot be probed is told as coverage. */
struct watch *watch_open(const struct options *options, const struct hooks *hooks,
			 struct pipeline *pipeline);
/* What is new, and what it costs. False: there is more of it. Cheap to call often. */
bool watch_take(struct watch *watch);
/* As struct origin wants it; `watch` is a struct watch ** that may hold NULL. */
bool watch_library(void *watch, uint32_t file, const char **name, char version[32]);
/* Every read and write through the file since then was probed; as above. */
bool watch_probed(void *watch, uint32_t file, int64_t since_ns);
/* Every alert since then was seen by EVP's probes, where OpenSSL is the library; as above. */
bool watch_sealed(void *watch, int64_t since_ns);
/* A process shook hands: tell, once, what of its TLS is seen; as above. */
void watch_shook(void *watch, const struct conn *conn);
/* Hits and their cost so far, for the statistics. */
void watch_stats(const struct watch *watch, const uint64_t counts[TT_COUNT_MAX],
		 struct stats *stats);
void watch_close(struct watch *watch);

#endif /* TT_WATCH_H */
