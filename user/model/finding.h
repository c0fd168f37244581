/* SPDX-License-Identifier: GPL-2.0-only */
/* finding.h - a conclusion about one connection, with its evidence. */
#ifndef TT_MODEL_FINDING_H
#define TT_MODEL_FINDING_H

#include <stdint.h>

#define SENTENCES_MAX 16
#define SENTENCE_BYTES 320

enum severity { SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_ERROR };
enum confidence { CONFIDENCE_POSSIBLE, CONFIDENCE_LIKELY, CONFIDENCE_CERTAIN };

/* May hold raw bytes of the peers: escape before showing. */
struct sentences {
	uint8_t count;
	char text[SENTENCES_MAX][SENTENCE_BYTES];
};

struct finding {
	const char *code; /* static: "no-shared-alpn" */
	enum severity severity;
	enum confidence confidence;
	char title[SENTENCE_BYTES];
	struct sentences evidence;
	struct sentences ruled_out;  /* what the evidence excludes, and why */
	struct sentences next_steps; /* commands and checks, the most telling first */
};

static inline const char *severity_name(enum severity severity)
{
	static const char *const names[] = { "info", "warning", "error" };

	return names[severity];
}

static inline const char *confidence_name(enum confidence confidence)
{
	static const char *const names[] = { "possible", "likely", "certain" };

	return names[confidence];
}

#endif /* TT_MODEL_FINDING_H */
