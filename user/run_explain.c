/* SPDX-License-Identifier: GPL-2.0-only */
#include "run.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define INDENT 10
#define WIDTH 80
#define TEXT_BYTES 160

static const struct alert_entry {
	int number;
	const char *name, *meaning, *sender, *behind, *check;
} alerts[] = {
#define ALERT(...) { __VA_ARGS__ },
#include "knowledge/alerts.def"
#undef ALERT
};

static const struct finding_entry {
	const char *code, *meaning, *check;
} findings[] = {
#define FINDING(...) { __VA_ARGS__ },
#include "knowledge/findings.def"
#undef FINDING
};

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static int width(void)
{
	struct winsize w;

	return !ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) && w.ws_col > 2 * INDENT ? w.ws_col : WIDTH;
}

/* A word of label, then the text in lines that fit. */
static void paragraph(const char *label, const char *text)
{
	int at = printf("%-*s", INDENT, label), most = width();

	while (*text) {
		int length = (int)strcspn(text, " ");

		if (at > INDENT && at + 1 + length > most) {
			printf("\n%*s", INDENT, "");
			at = INDENT;
		}
		at += printf("%s%.*s", at > INDENT ? " " : "", length, text);
		text += length;
		text += *text == ' ';
	}
	putchar('\n');
}

static void say_alert(const struct alert_entry *a)
{
	printf("%s: alert %d\n", a->name, a->number);
	paragraph("means", a->meaning);
	paragraph("sent by", a->sender);
	paragraph("behind it", a->behind);
	paragraph("check", a->check);
}

static void say_finding(const struct finding_entry *f)
{
	printf("%s: finding\n", f->code);
	paragraph("means", f->meaning);
	paragraph("check", f->check);
}

/* OpenSSL's text for a reason of its TLS part, NULL when it has none. */
static const char *reason_text(int number)
{
	return ERR_reason_error_string(ERR_PACK(ERR_LIB_SSL, 0, number));
}

/* The alerts behind which a reason hides are those that name its number. */
static void say_reason(int number, const char *text)
{
	char mark[16];

	printf("%s: reason %d of OpenSSL\n", text, number);
	if (number >= SSL_AD_REASON_OFFSET)
		printf("The peer sent the alert %d.\n", number - SSL_AD_REASON_OFFSET);
	snprintf(mark, sizeof(mark), "(%d)", number);
	for (size_t i = 0; i < COUNT(alerts); i++)
		if (strstr(alerts[i].behind, mark) ||
		    alerts[i].number == number - SSL_AD_REASON_OFFSET) {
			putchar('\n');
			say_alert(&alerts[i]);
		}
}

static bool explain_number(const char *word)
{
	char *end;
	long number = strtol(word, &end, 10);
	const char *text;
	bool found = false;

	if (end == word || *end || number < 0 || number > 0xfff)
		return false;
	for (size_t i = 0; i < COUNT(alerts) && !found; i++)
		if ((found = alerts[i].number == number))
			say_alert(&alerts[i]);
	text = reason_text((int)number);
	if (text) {
		if (found)
			putchar('\n');
		say_reason((int)number, text);
	}
	return found || text;
}

/* "Bad Record MAC" and "bad-record-mac" are bad_record_mac. */
static bool same(const char *a, const char *b)
{
	for (; *a && *b; a++, b++) {
		bool gap = strchr(" _-", *a) && strchr(" _-", *b);

		if (!gap && strncasecmp(a, b, 1))
			return false;
	}
	return *a == *b;
}

static bool explain_name(const char *word)
{
	bool found = false;

	for (size_t i = 0; i < COUNT(findings); i++)
		if (same(findings[i].code, word)) {
			say_finding(&findings[i]);
			found = true;
		}
	for (size_t i = 0; i < COUNT(alerts); i++)
		if (same(alerts[i].name, word)) {
			say_alert(&alerts[i]);
			found = true;
		}
	for (int reason = 1; reason < SSL_AD_REASON_OFFSET && !found; reason++) {
		const char *text = reason_text(reason);

		if (text && same(text, word)) {
			say_reason(reason, text);
			found = true;
		}
	}
	return found;
}

static void suggest(const char *word)
{
	size_t length = strcspn(word, " _-");

	for (size_t i = 0; length && i < COUNT(findings); i++)
		if (!strncasecmp(findings[i].code, word, length))
			fprintf(stderr, "  %s\n", findings[i].code);
	for (size_t i = 0; length && i < COUNT(alerts); i++)
		if (!strncasecmp(alerts[i].name, word, length))
			fprintf(stderr, "  %s\n", alerts[i].name);
}

static void list(void)
{
	for (size_t i = 0; i < COUNT(alerts); i++)
		printf("%3d %-34s %s\n", alerts[i].number, alerts[i].name, alerts[i].meaning);
	for (size_t i = 0; i < COUNT(findings); i++)
		printf("    %-34s %s\n", findings[i].code, findings[i].meaning);
}

/* The words make one name: a reason need not be quoted. */
static bool join(char **words, char text[TEXT_BYTES])
{
	size_t used = 0;

	for (; *words; words++) {
		int more = snprintf(text + used, TEXT_BYTES - used, "%s%s", used ? " " : "", *words);

		if (more < 0 || (used += more) >= TEXT_BYTES)
			return false;
	}
	return true;
}

int run_explain(char **words)
{
	char text[TEXT_BYTES] = "";

	if (!*words) {
		list();
		return 0;
	}
	OPENSSL_init_ssl(OPENSSL_INIT_LOAD_SSL_STRINGS, NULL);
	if (join(words, text) && (explain_number(text) || explain_name(text)))
		return 0;
	fprintf(stderr, "tlstrace: explain: '%.60s' is no finding, alert or reason known here%s\n", *words,
		*text ? "; \"tlstrace explain\" lists all" : "");
	suggest(text);
	return 2;
}
