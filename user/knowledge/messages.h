/* SPDX-License-Identifier: GPL-2.0-only */
/* messages.h - what programs say when TLS fails, found in what was pasted. Pure. */
#ifndef TT_KNOWLEDGE_MESSAGES_H
#define TT_KNOWLEDGE_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>

#define WORDS_BYTES 2048

struct message {
	int result; /* OpenSSL's X.509 verify result, 0: none */
	const char *name; /* of the result, NULL without one */
	const char *who, *texts, *leads, *meaning;
	bool generic;
};

/* "SSL: CERT_EXPIRED (x)" to " ssl cert expired x "; false when it does not fit. */
bool words_of(const char *text, char words[WORDS_BYTES]);
/* True when all words of `text` occur in `words`, one behind the other; their length in *length. */
bool words_have(const char words[WORDS_BYTES], const char *text, size_t *length);
/* The longest message that occurs; NULL: none. `said` is how the table has it. */
const struct message *message_find(const char words[WORDS_BYTES], char said[WORDS_BYTES]);
const struct message *message_of_result(int result);

#endif /* TT_KNOWLEDGE_MESSAGES_H */
