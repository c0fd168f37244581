/* SPDX-License-Identifier: GPL-2.0-only */
/* coverage_json.h - members that tell of probes on libraries. */
#ifndef TT_SINK_COVERAGE_JSON_H
#define TT_SINK_COVERAGE_JSON_H

#include "sink/sink.h"
#include "util/json.h"

void json_coverage_process(struct json *j, const struct coverage *coverage); /* "process" */
void json_coverage(struct json *j, const struct coverage *coverage);	     /* "coverage" */
void json_probes(struct json *j, const struct stats *stats); /* "probes", "overhead_ratio" */

#endif /* TT_SINK_COVERAGE_JSON_H */
