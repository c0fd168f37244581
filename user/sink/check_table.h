/* SPDX-License-Identifier: GPL-2.0-only */
/* check_table.h - what an active test found, on a terminal sink: its table, then the findings. */
#ifndef TT_SINK_CHECK_TABLE_H
#define TT_SINK_CHECK_TABLE_H

#include "model/check.h"
#include "sink/sink.h"

void check_table_head(struct sink *terminal, const char *what);
void check_table_row(struct sink *terminal, const struct check_row *row);
/* `rows`: what was tried when it was found. One line when it was to be expected. */
void check_table_finding(struct sink *terminal, const struct finding *finding,
			 const char *rows, bool expected);
void check_table_end(struct sink *terminal, unsigned int errors, unsigned int warnings,
		     unsigned int notes);

#endif /* TT_SINK_CHECK_TABLE_H */
