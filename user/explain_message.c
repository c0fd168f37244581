/* SPDX-License-Identifier: GPL-2.0-only */
#include "explain.h"

#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <string.h>

static void say(const struct message *m, const char *said)
{
	char name[64];

	if (m->result)
		printf("%s: X.509 verify result %d of OpenSSL\n", X509_verify_cert_error_string(m->result),
		       m->result);
	else
		printf("%s: a message of %s\n", said, m->who);
	explain_paragraph("means", m->meaning);
	if (m->name)
		printf("%-9s %s\n", "Node says", m->name);
	for (const char *at = m->leads; *at; at += *at == '|') {
		size_t bytes = strcspn(at, "|");

		snprintf(name, sizeof(name), "%.*s", (int)bytes, at);
		at += bytes;
		putchar('\n');
		explain_named(name);
	}
}

bool explain_message(const char words[WORDS_BYTES])
{
	char said[WORDS_BYTES];
	const struct message *m = message_find(words, said);

	if (m)
		say(m, said);
	return m;
}

bool explain_result(int result)
{
	const struct message *m = message_of_result(result);

	if (m)
		say(m, "");
	return m;
}
