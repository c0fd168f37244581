/* SPDX-License-Identifier: GPL-2.0-only */
/* coverage.h - what of a process's TLS is seen from inside its library. */
#ifndef TT_MODEL_COVERAGE_H
#define TT_MODEL_COVERAGE_H

#include <stddef.h>
#include <stdint.h>

struct coverage {
	uint32_t pid; /* 0: of every process that uses the file */
	char comm[32], executable[512]; /* "" unknown; raw bytes */
	const char *library; /* static: "openssl"; NULL: none that can be probed */
	const char *version; /* "" unknown */
	const char *path;    /* of the probed file, NULL without one; raw bytes */
	const char *state;   /* static: "probed", "failed", "paused", "resumed", "wire only" */
	const char *reason;  /* why it is not "probed", or NULL */
	const char *const *probes; /* names of the probed functions */
	size_t probe_count;
	double calls_per_s, cost; /* of "paused"; cost as a part of the machine */
};

#endif /* TT_MODEL_COVERAGE_H */
