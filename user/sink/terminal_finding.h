/* SPDX-License-Identifier: GPL-2.0-only */
/* terminal_finding.h - a finding as a block under the line that it explains. */
#ifndef TT_SINK_TERMINAL_FINDING_H
#define TT_SINK_TERMINAL_FINDING_H

#include "sink/sink.h"

#define RED "\033[1;31m"
#define PLAIN "\033[0m"

void terminal_finding(struct sink *sink, const struct fact *fact, const struct finding *finding);

#endif /* TT_SINK_TERMINAL_FINDING_H */
