/* SPDX-License-Identifier: GPL-2.0-only */
/* parts.h - what the files of errors.h share. */
#ifndef TT_LIBRARY_PARTS_H
#define TT_LIBRARY_PARTS_H

#include "library/errors.h"

/* The alert that OpenSSL answers with for its reason, a failed verification by its result. -1: unknown. */
int16_t library_openssl_sends(int reason, int32_t verify, bool tls13);
/* library_error_read() of a library "boringssl". */
void library_read_boringssl(struct library_error *error, int32_t number, bool tls13);

#endif /* TT_LIBRARY_PARTS_H */
