/* SPDX-License-Identifier: GPL-2.0-only */
/* certificate.h - all that is wrong with a server's certificate. */
#ifndef TT_CHECK_CERTIFICATE_H
#define TT_CHECK_CERTIFICATE_H

#include <openssl/x509_vfy.h>

#include "check/attempt.h"

/*
 * Called when a verification fails: the library stops at the first fault, so this goes
 * through all of it once more. Each kind once, in the order of their discovery.
 */
void certificate_faults(X509_STORE_CTX *failed, int faults[ATTEMPT_FAULTS]);

#endif /* TT_CHECK_CERTIFICATE_H */
