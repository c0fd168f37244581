/* SPDX-License-Identifier: GPL-2.0-only */
#include "run.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/columns.h"
#include "util/distance.h"

#define INDENT 10
#define LIST_INDENT 38
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

static const struct {
	int code;
	const char *name, *text;
} gnutls[] = {
#define GNUTLS(...) { __VA_ARGS__ },
#include "library/gnutls.def"
#undef GNUTLS
};

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

/* A label, then the text in lines that fit, all from one column on. */
static void columns(const char *label, const char *text, int indent)
{
	int width = columns_of(stdout);

	columns_wrap(stdout, text, printf("%-*s ", indent - 1, label), indent,
		     width > 2 * INDENT ? width : WIDTH);
	putchar('\n');
}

static void paragraph(const char *label, const char *text)
{
	columns(label, text, INDENT);
}

static void entry(const char *label, const char *text)
{
	columns(label, text, LIST_INDENT);
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

/* The alerts behind which something hides are those that name its number in brackets. */
static void say_alerts(const char *mark, int received)
{
	for (size_t i = 0; i < COUNT(alerts); i++)
		if (strstr(alerts[i].behind, mark) || alerts[i].number == received) {
			putchar('\n');
			say_alert(&alerts[i]);
		}
}

static void say_reason(int number, const char *text)
{
	int received = number >= SSL_AD_REASON_OFFSET ? number - SSL_AD_REASON_OFFSET : -1;
	char mark[16];

	printf("%s: reason %d of OpenSSL\n", text, number);
	if (received >= 0)
		printf("The peer sent the alert %d.\n", received);
	snprintf(mark, sizeof(mark), "(%d)", number);
	say_alerts(mark, received);
}

static bool explain_gnutls(const char *name, long code)
{
	char mark[16];

	for (size_t i = 0; i < COUNT(gnutls); i++) {
		if (name ? strcasecmp(gnutls[i].name, name) != 0 : gnutls[i].code != code)
			continue;
		printf("%s: error %d of GnuTLS\n", gnutls[i].name, gnutls[i].code);
		paragraph("means", gnutls[i].text);
		snprintf(mark, sizeof(mark), "(%d)", gnutls[i].code);
		say_alerts(mark, -1);
		return true;
	}
	return false;
}

/* A name of another library, as its own messages have it. */
static bool explain_behind(const char *word)
{
	bool found = false;

	if (strncmp(word, "SSL_ERROR_", 10) && strncmp(word, "SEC_", 4))
		return false;
	for (size_t i = 0; i < COUNT(alerts); i++) {
		const char *at = strstr(alerts[i].behind, word);

		if (!at || (at[strlen(word)] != '.' && at[strlen(word)] != ',' && at[strlen(word)] != ' '))
			continue;
		if (found)
			putchar('\n');
		say_alert(&alerts[i]);
		found = true;
	}
	return found;
}

static bool explain_number(const char *word)
{
	char *end;
	long number = strtol(word, &end, 10);
	const char *text;
	bool found = false;

	if (end == word || *end || number > 0xfff)
		return false;
	if (number < 0)
		return explain_gnutls(NULL, number);
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
	for (int reason = 1; reason <= SSL_AD_REASON_OFFSET + 255 && !found; reason++) {
		const char *text = reason_text(reason);

		if (text && same(text, word)) {
			say_reason(reason, text);
			found = true;
		}
	}
	return found || explain_gnutls(word, 0) || explain_behind(word);
}

static void suggest_near(const char *name, const char *word)
{
	size_t first = strcspn(word, " _-");

	if (edit_distance(word, name) * 3 <= strlen(name) ||
	    (first && word[first] && !strncasecmp(name, word, first)))
		fprintf(stderr, "  %s\n", name);
}

static void suggest(const char *word)
{
	for (size_t i = 0; *word && i < COUNT(findings); i++)
		suggest_near(findings[i].code, word);
	for (size_t i = 0; *word && i < COUNT(alerts); i++)
		suggest_near(alerts[i].name, word);
}

static void list(void)
{
	char label[64];

	for (size_t i = 0; i < COUNT(alerts); i++) {
		snprintf(label, sizeof(label), "%3d %s", alerts[i].number, alerts[i].name);
		entry(label, alerts[i].meaning);
	}
	for (size_t i = 0; i < COUNT(findings); i++) {
		snprintf(label, sizeof(label), "    %s", findings[i].code);
		entry(label, findings[i].meaning);
	}
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
	fprintf(stderr, "tlstrace: explain: '%.60s' is no finding, alert or reason known here%s\n",
		*text ? text : *words,
		*text ? "; \"tlstrace explain\" lists all" : "");
	suggest(text);
	return 2;
}
