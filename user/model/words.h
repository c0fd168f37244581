/* SPDX-License-Identifier: GPL-2.0-only */
/* words.h - what an alert means, for those who do not know its name. */
#ifndef TT_MODEL_WORDS_H
#define TT_MODEL_WORDS_H

#include <stdint.h>

/*
 * A predicate to follow "the client" or "the server", whoever sent the alert
 * (RFC 8446 6.2 and its forerunners). '@' stands for the other end. NULL when
 * the code is not registered.
 */
const char *alert_words(uint8_t description);

#endif /* TT_MODEL_WORDS_H */
