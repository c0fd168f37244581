/* SPDX-License-Identifier: GPL-2.0-only */
/* check_table.h - what an active test found, on a terminal sink: its table, then the findings. */
#ifndef TT_SINK_CHECK_TABLE_H
#define TT_SINK_CHECK_TABLE_H

#include <stddef.h>

#include "model/certificate.h"
#include "model/check.h"
#include "sink/sink.h"

void check_table_head(struct sink *terminal, const char *what);
void check_table_row(struct sink *terminal, const struct check_row *row);
/* A server's certificate in one sentence; raw bytes of the peer. */
void check_table_describe(const struct certificate *certificate, char *text, size_t bytes);
void check_table_certificate(struct sink *terminal, const char *text);
/* `rows`: what was tried when it was found. One line when it was to be expected. */
void check_table_finding(struct sink *terminal, const struct finding *finding,
			 const char *rows, bool expected);
void check_table_end(struct sink *terminal, unsigned int errors, unsigned int warnings,
		     unsigned int notes);

#endif /* TT_SINK_CHECK_TABLE_H */
