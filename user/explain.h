/* SPDX-License-Identifier: GPL-2.0-only */
/* explain.h - the entries of the knowledge, printed. */
#ifndef TT_EXPLAIN_H
#define TT_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "knowledge/messages.h"

void explain_paragraph(const char *label, const char *text);
/* Finding or alert with just this name. */
bool explain_named(const char *name);
bool explain_alert(long number);
/*
 * The alerts behind which `mark` hides; `number` is one more, -1: none. `first`: nothing was said
 * before. False: there are none.
 */
bool explain_alerts(const char *mark, int number, bool first);
/* The alert or finding whose name occurs in the words, the longest one; NULL: none. */
const char *explain_longest(const char words[WORDS_BYTES], size_t *length);
void explain_list(void);
/* What the word may have meant, on standard error. */
void explain_near(const char *word);

/* explain_message.c: what a program says, and OpenSSL's verify results. */
bool explain_message(const char words[WORDS_BYTES]);
bool explain_result(int result);

#endif /* TT_EXPLAIN_H */
