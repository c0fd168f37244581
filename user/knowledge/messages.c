/* SPDX-License-Identifier: GPL-2.0-only */
#include "knowledge/messages.h"

#include <ctype.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <string.h>

static const struct message messages[] = {
#define X509(result, leads, meaning) \
	{ X509_V_ERR_##result, #result, "OpenSSL, curl, Python, Node", NULL, leads, meaning, false },
#define MESSAGE(who, texts, leads, meaning) { 0, NULL, who, texts, leads, meaning, false },
#define GENERIC(who, texts, leads, meaning) { 0, NULL, who, texts, leads, meaning, true },
#include "knowledge/messages.def"
};

#define MESSAGES (sizeof(messages) / sizeof(*messages))

/* What is no letter or digit parts words, and so does a capital after a small letter. */
bool words_of(const char *text, char words[WORDS_BYTES])
{
	size_t used = 0;

	words[used++] = ' ';
	for (const char *at = text; *at; at++) {
		bool letter = isascii(*at) && isalnum((unsigned char)*at);
		bool camel = letter && at > text && isupper((unsigned char)*at) &&
			     islower((unsigned char)at[-1]);

		if (used + 3 > WORDS_BYTES)
			return false;
		if ((camel || !letter) && words[used - 1] != ' ')
			words[used++] = ' ';
		if (letter)
			words[used++] = (char)tolower((unsigned char)*at);
	}
	if (words[used - 1] != ' ')
		words[used++] = ' ';
	words[used] = 0;
	return true;
}

bool words_have(const char words[WORDS_BYTES], const char *text, size_t *length)
{
	char sought[WORDS_BYTES];

	if (!words_of(text, sought) || !strstr(words, sought))
		return false;
	*length = strlen(sought);
	return *length > 2;
}

/* The longest one of a message's texts that occurs, 0 for none. */
static size_t longest(const struct message *m, const char words[WORDS_BYTES], char said[WORDS_BYTES])
{
	const char *texts = m->texts ? m->texts : X509_verify_cert_error_string(m->result);
	size_t best = 0, length;
	char one[256];

	for (const char *at = texts; *at; at += *at == '|') {
		size_t bytes = strcspn(at, "|");

		snprintf(one, sizeof(one), "%.*s", (int)bytes, at);
		at += bytes;
		if (words_have(words, one, &length) && length > best) {
			best = length;
			strcpy(said, one);
		}
	}
	/* A name of one word may stand anywhere. */
	if (m->name && strchr(m->name, '_') && words_have(words, m->name, &length) && length > best) {
		best = length;
		strcpy(said, m->name);
	}
	return best;
}

const struct message *message_find(const char words[WORDS_BYTES], char said[WORDS_BYTES])
{
	const struct message *found = NULL;
	size_t best = 0, length;
	char one[WORDS_BYTES];

	for (size_t i = 0; i < MESSAGES; i++) {
		length = longest(&messages[i], words, one);
		if (!length || (found && found->generic == messages[i].generic && length <= best) ||
		    (found && !found->generic && messages[i].generic))
			continue;
		found = &messages[i];
		best = length;
		strcpy(said, one);
	}
	return found;
}

const struct message *message_of_result(int result)
{
	for (size_t i = 0; i < MESSAGES; i++)
		if (messages[i].name && messages[i].result == result)
			return &messages[i];
	return NULL;
}
