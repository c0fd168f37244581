/* SPDX-License-Identifier: GPL-2.0-only */
/* options_io.h - the options on plaintext that processes read and write. */
#ifndef TT_CLI_OPTIONS_IO_H
#define TT_CLI_OPTIONS_IO_H

#include "cli/options.h"

bool options_io(struct options *o, const char *mode);	 /* NULL: show; false: no such mode */
bool options_data(struct options *o, const char *bytes); /* NULL: the usual number */
/* All are taken. NULL, or why they do not go together: one static sentence. */
const char *options_io_fit(struct options *o);

#endif /* TT_CLI_OPTIONS_IO_H */
