/* SPDX-License-Identifier: GPL-2.0-only */
/* callbacks.h - what OpenSSL tells of an attempt while it lasts. */
#ifndef TT_CHECK_CALLBACKS_H
#define TT_CHECK_CALLBACKS_H

#include "check/attempt.h"

/* Secrets, alerts, sessions and certificates of `ssl` go into the attempt and its `out`. */
void callbacks_set(struct attempt *attempt, SSL *ssl);
/* A call has failed: its first error is the attempt's, and told of; the queue is emptied. */
void callbacks_error(struct attempt *attempt, SSL *ssl, bool reading);

#endif /* TT_CHECK_CALLBACKS_H */
