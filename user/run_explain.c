/* SPDX-License-Identifier: GPL-2.0-only */
#include "run.h"

#include <ctype.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "explain.h"

#define LIBRARY_SSL 20 /* ERR_LIB_SSL, in all versions */

/* What other libraries call the same. */
static const struct named {
	int code;
	const char *name, *text;
} gnutls[] = {
#define GNUTLS(code, name, text) { code, name, text },
#include "library/gnutls.def"
#undef GNUTLS
}, nss[] = {
#define NSS(code, name, received, sent, text) { code, name, text },
#include "library/nss.def"
#undef NSS
};

/* Named like OpenSSL's, most of them, but numbered otherwise. */
static const struct {
	int code;
	const char *name;
	int cause; /* OpenSSL's reason for the same, 0: none */
} boringssl[] = {
#define BORINGSSL(code, name, cause, sends) { code, name, cause },
#include "library/boringssl.def"
#undef BORINGSSL
};

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

/* OpenSSL's text for a reason of its TLS part, NULL when it has none. */
static const char *reason_text(int number)
{
	return ERR_reason_error_string(ERR_PACK(ERR_LIB_SSL, 0, number));
}

/* The alerts behind which something hides are those that name its number in brackets. */
static void say_reason(int number, const char *text)
{
	int received = number >= SSL_AD_REASON_OFFSET ? number - SSL_AD_REASON_OFFSET : -1;
	char mark[16], words[WORDS_BYTES], said[WORDS_BYTES];
	const struct message *m = words_of(text, words) ? message_find(words, said) : NULL;

	printf("%s: reason %d of OpenSSL\n", text, number);
	if (received >= 0)
		printf("The peer sent the alert %d.\n", received);
	else if (m)
		explain_paragraph("means", m->meaning);
	snprintf(mark, sizeof(mark), "(%d)", number);
	explain_alerts(mark, received, false);
}

static void say_other(const char *library, const struct named *n)
{
	char mark[16];

	printf("%s: error %d of %s\n", n->name, n->code, library);
	explain_paragraph("means", n->text);
	snprintf(mark, sizeof(mark), "(%d)", n->code);
	if (!explain_alerts(mark, -1, false))
		explain_alerts(n->name, -1, false);
}

static bool explain_code(long code)
{
	for (size_t i = 0; i < COUNT(gnutls); i++)
		if (gnutls[i].code == code) {
			say_other("GnuTLS", &gnutls[i]);
			return true;
		}
	for (size_t i = 0; i < COUNT(nss); i++)
		if (nss[i].code == code) {
			say_other("NSS", &nss[i]);
			return true;
		}
	return false;
}

/* An alert, a reason and a verify result may have the same number: all are said. */
static bool explain_number(const char *word)
{
	char *end;
	long number = strtol(word, &end, 10);
	const char *text;
	bool found;

	if (end == word || *end || number > 0xfff)
		return false;
	if (number < 0)
		return explain_code(number);
	found = explain_alert(number);
	text = reason_text((int)number);
	if (text) {
		if (found)
			putchar('\n');
		say_reason((int)number, text);
	}
	found |= text != NULL;
	if (found && message_of_result((int)number))
		putchar('\n');
	return explain_result((int)number) || found;
}

/* Packed as "error:0A000086" (OpenSSL 3) or "error:1416F086" (before, the function between). */
static bool explain_packed(const char *text)
{
	for (const char *at = text; *at; at++) {
		unsigned long packed = strtoul(at, NULL, 16);
		int reason = packed >> 24 == LIBRARY_SSL ? packed & 0xfff :
			     packed >> 23 == LIBRARY_SSL ? packed & 0x7fffff : 0;

		if (strspn(at, "0123456789abcdefABCDEF") != 8 ||
		    (at > text && isalnum((unsigned char)at[-1])))
			continue;
		if (reason && reason_text(reason)) {
			say_reason(reason, reason_text(reason));
			return true;
		}
	}
	return false;
}

static int reason_named(const char words[WORDS_BYTES], bool whole, size_t *best)
{
	int found = 0;
	size_t length;

	for (int reason = 1; reason <= SSL_AD_REASON_OFFSET + 255; reason++) {
		const char *text = reason_text(reason);

		if (!text || !words_have(words, text, &length) || length <= *best ||
		    (whole && length != strlen(words)))
			continue;
		found = reason;
		*best = length;
	}
	return found;
}

/* By the name, or by the text, which may stand among other words. */
static const struct named *other_named(const struct named *list, size_t count,
				       const char words[WORDS_BYTES], size_t *best)
{
	const struct named *found = NULL;
	size_t length;

	for (size_t i = 0; i < count; i++)
		if ((words_have(words, list[i].name, &length) || words_have(words, list[i].text, &length)) &&
		    length > *best) {
			found = &list[i];
			*best = length;
		}
	return found;
}

/* One that OpenSSL has by no name. */
static bool explain_boring(const char *text)
{
	for (size_t i = 0; i < COUNT(boringssl); i++) {
		if (strcasecmp(boringssl[i].name, text))
			continue;
		printf("%s: reason %d of BoringSSL\n", boringssl[i].name, boringssl[i].code);
		if (boringssl[i].cause)
			say_reason(boringssl[i].cause, reason_text(boringssl[i].cause));
		return true;
	}
	return false;
}

/* Nothing but a name that is known. */
static bool explain_whole(const char *text, const char words[WORDS_BYTES])
{
	size_t length = 0;
	int reason;

	if (explain_named(text))
		return true;
	reason = reason_named(words, true, &length);
	if (reason)
		say_reason(reason, reason_text(reason));
	for (size_t i = 0; i < COUNT(gnutls) && !reason; i++)
		if ((reason = !strcasecmp(gnutls[i].name, text)))
			say_other("GnuTLS", &gnutls[i]);
	return reason || explain_boring(text);
}

/* SSL_ERROR_BAD_MAC_READ, SEC_E_UNTRUSTED_ROOT, 0x80090325: as the alerts' entries have them. */
static bool explain_behind(const char *text)
{
	char word[64];

	for (const char *at = text; *at; at += strspn(at, " :,;.()[]\"'")) {
		size_t bytes = strcspn(at, " :,;.()[]\"'");

		snprintf(word, sizeof(word), "%.*s", (int)bytes, at);
		at += bytes;
		if (bytes > 6 && (strchr(word, '_') || !strncasecmp(word, "0x", 2)) && explain_alerts(word, -1, true))
			return true;
	}
	return false;
}

/* The longest name or text of a library that occurs in what was pasted. */
static bool explain_within(const char words[WORDS_BYTES])
{
	size_t length;
	const char *name = explain_longest(words, &length);
	int reason = reason_named(words, false, &length);
	const struct named *g = other_named(gnutls, COUNT(gnutls), words, &length);
	const struct named *n = other_named(nss, COUNT(nss), words, &length);

	if (n)
		say_other("NSS", n);
	else if (g)
		say_other("GnuTLS", g);
	else if (reason)
		say_reason(reason, reason_text(reason));
	return n || g || reason || (name && explain_named(name));
}

/* The words make one text: it need not be quoted. */
static bool join(char **words, char text[WORDS_BYTES])
{
	size_t used = 0;

	for (; *words; words++) {
		int more = snprintf(text + used, WORDS_BYTES - used, "%s%s", used ? " " : "", *words);

		if (more < 0 || (used += more) >= WORDS_BYTES)
			return false;
	}
	return true;
}

/* What curl says begins with its exit status, "(60)". */
static bool explain_status(const char *text)
{
	char words[WORDS_BYTES], status[32];
	size_t digits = *text == '(' ? strspn(text + 1, "0123456789") : 0;

	if (!digits || digits > 3 || strcmp(text + 1 + digits, ")"))
		return false;
	snprintf(status, sizeof(status), "curl %s", text);
	return words_of(status, words) && explain_message(words);
}

static bool explain(const char *text)
{
	char words[WORDS_BYTES];

	return words_of(text, words) &&
	       (explain_number(text) || explain_status(text) || explain_whole(text, words) || explain_message(words) ||
		explain_behind(text) || explain_within(words) || explain_packed(text));
}

int run_explain(char **words)
{
	char text[WORDS_BYTES] = "";

	if (!*words) {
		explain_list();
		return 0;
	}
	OPENSSL_init_ssl(OPENSSL_INIT_LOAD_SSL_STRINGS, NULL);
	if (join(words, text) && explain(text))
		return 0;
	fprintf(stderr, "tlstrace: explain: '%.60s' is no finding, alert, reason or message known here%s\n",
		*text ? text : *words,
		*text ? "; \"tlstrace explain\" lists all" : "");
	explain_near(text);
	return 2;
}
