/* SPDX-License-Identifier: GPL-2.0-only */
/* pipeline.h - source, tracker and sinks joined: one run of the program. */
#ifndef TT_PIPELINE_H
#define TT_PIPELINE_H

#include "cli/options.h"

/* Trace as the options say until stopped. Return the exit status. */
int pipeline_run(const struct options *options);

#endif /* TT_PIPELINE_H */
