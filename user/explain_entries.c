/* SPDX-License-Identifier: GPL-2.0-only */
#include "explain.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "util/columns.h"
#include "util/distance.h"

#define INDENT 10
#define LIST_INDENT 38
#define WIDTH 80

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

/* Go has words of its own for some alerts. */
static const struct {
	int number;
	const char *text;
} go_alerts[] = {
#define GO_ALERT(number, text) { number, text },
#include "library/go_alerts.def"
#undef GO_ALERT
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

void explain_paragraph(const char *label, const char *text)
{
	columns(label, text, INDENT);
}

static void say_alert(const struct alert_entry *a)
{
	printf("%s: alert %d\n", a->name, a->number);
	explain_paragraph("means", a->meaning);
	explain_paragraph("sent by", a->sender);
	explain_paragraph("behind it", a->behind);
	explain_paragraph("check", a->check);
}

static void say_finding(const struct finding_entry *f)
{
	printf("%s: finding\n", f->code);
	explain_paragraph("means", f->meaning);
	explain_paragraph("check", f->check);
}

bool explain_alert(long number)
{
	for (size_t i = 0; i < COUNT(alerts); i++)
		if (alerts[i].number == number) {
			say_alert(&alerts[i]);
			return true;
		}
	return false;
}

/* A number in brackets, or a name that does not go on behind it. */
static bool stands_in(const char *behind, const char *mark)
{
	const char *at = strstr(behind, mark);

	return at && (mark[strlen(mark) - 1] == ')' || strchr(" .,)", at[strlen(mark)]));
}

bool explain_alerts(const char *mark, int number, bool first)
{
	bool found = false;

	for (size_t i = 0; i < COUNT(alerts); i++)
		if (stands_in(alerts[i].behind, mark) || alerts[i].number == number) {
			if (found || !first)
				putchar('\n');
			say_alert(&alerts[i]);
			found = true;
		}
	return found;
}

/* "Bad Record MAC" and "bad-record-mac" are bad_record_mac. */
bool explain_named(const char *name)
{
	char words[WORDS_BYTES], own[WORDS_BYTES];

	if (!words_of(name, words))
		return false;
	for (size_t i = 0; i < COUNT(findings); i++)
		if (words_of(findings[i].code, own) && !strcmp(own, words)) {
			say_finding(&findings[i]);
			return true;
		}
	for (size_t i = 0; i < COUNT(alerts); i++)
		if (words_of(alerts[i].name, own) && !strcmp(own, words)) {
			say_alert(&alerts[i]);
			return true;
		}
	return false;
}

static const char *name_of_alert(int number)
{
	for (size_t i = 0; i < COUNT(alerts); i++)
		if (alerts[i].number == number)
			return alerts[i].name;
	return NULL;
}

static void longer(const char words[WORDS_BYTES], const char *text, const char *name,
		   const char **best, size_t *best_length)
{
	size_t length;

	if (name && words_have(words, text, &length) && length > *best_length) {
		*best = name;
		*best_length = length;
	}
}

const char *explain_longest(const char words[WORDS_BYTES], size_t *length)
{
	const char *best = NULL;

	*length = 0;
	for (size_t i = 0; i < COUNT(findings); i++)
		longer(words, findings[i].code, findings[i].code, &best, length);
	for (size_t i = 0; i < COUNT(alerts); i++)
		longer(words, alerts[i].name, alerts[i].name, &best, length);
	for (size_t i = 0; i < COUNT(go_alerts); i++)
		longer(words, go_alerts[i].text, name_of_alert(go_alerts[i].number), &best, length);
	return best;
}

static void near(const char *name, const char *word)
{
	size_t first = strcspn(word, " _-");

	if (edit_distance(word, name) * 3 <= strlen(name) ||
	    (first && word[first] && !strncasecmp(name, word, first)))
		fprintf(stderr, "  %s\n", name);
}

void explain_near(const char *word)
{
	for (size_t i = 0; *word && i < COUNT(findings); i++)
		near(findings[i].code, word);
	for (size_t i = 0; *word && i < COUNT(alerts); i++)
		near(alerts[i].name, word);
}

void explain_list(void)
{
	char label[64];

	for (size_t i = 0; i < COUNT(alerts); i++) {
		snprintf(label, sizeof(label), "%3d %s", alerts[i].number, alerts[i].name);
		columns(label, alerts[i].meaning, LIST_INDENT);
	}
	for (size_t i = 0; i < COUNT(findings); i++) {
		snprintf(label, sizeof(label), "    %s", findings[i].code);
		columns(label, findings[i].meaning, LIST_INDENT);
	}
}
