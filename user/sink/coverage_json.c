/* SPDX-License-Identifier: GPL-2.0-only */
#include "sink/coverage_json.h"

void json_coverage_process(struct json *j, const struct coverage *c)
{
	if (!c->pid)
		return;
	json_open(j, "process", '{');
	json_int(j, "pid", c->pid);
	if (*c->comm)
		json_text(j, "name", c->comm);
	if (*c->executable)
		json_text(j, "executable", c->executable);
	json_close(j, '}');
}

void json_coverage(struct json *j, const struct coverage *c)
{
	json_open(j, "coverage", '{');
	json_text(j, "state", c->state);
	if (c->reason)
		json_text(j, "reason", c->reason);
	if (c->library)
		json_text(j, "library", c->library);
	if (c->version && *c->version)
		json_text(j, "library_version", c->version);
	if (c->path)
		json_text(j, "path", c->path);
	json_open(j, "probes", '[');
	for (size_t i = 0; i < c->probe_count; i++)
		if (c->probes[i])
			json_text(j, NULL, c->probes[i]);
	json_close(j, ']');
	if (c->calls_per_s > 0) {
		json_int(j, "calls_per_s", (int64_t)c->calls_per_s);
		json_ratio(j, "cost_ratio", c->cost);
	}
	json_close(j, '}');
}

static void group(struct json *j, const char *key, uint64_t hits, uint64_t cost_ns)
{
	json_open(j, key, '{');
	json_int(j, "hits", (int64_t)hits);
	json_int(j, "cost_ns", (int64_t)cost_ns);
	json_close(j, '}');
}

void json_probes(struct json *j, const struct stats *s)
{
	if (!s->probed)
		return;
	json_open(j, "probes", '{');
	group(j, "calls", s->probe_call_hits, s->probe_call_cost_ns);
	group(j, "errors", s->probe_error_hits, s->probe_error_cost_ns);
	json_int(j, "errors_unbound", (int64_t)s->errors_unbound);
	json_int(j, "io_unbound", (int64_t)s->io_unbound);
	json_int(j, "mappings_missed", (int64_t)s->mappings_missed);
	json_close(j, '}');
	json_ratio(j, "overhead_ratio", s->overhead_ratio);
}
