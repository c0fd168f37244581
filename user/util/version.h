/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TT_UTIL_VERSION_H
#define TT_UTIL_VERSION_H

#define TLSTRACE_VERSION "0.1.0"

#endif /* TT_UTIL_VERSION_H */
