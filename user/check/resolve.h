/* SPDX-License-Identifier: GPL-2.0-only */
/* resolve.h - a host's addresses, within a time limit. */
#ifndef TT_CHECK_RESOLVE_H
#define TT_CHECK_RESOLVE_H

#include <netdb.h>

#include "check/check.h"

/* NULL after filling `error`; else for freeaddrinfo(). Call it once in a process. */
struct addrinfo *resolve(const struct check_config *config, char error[CHECK_ERROR_BYTES]);

#endif /* TT_CHECK_RESOLVE_H */
