/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "diagnose/facts.h"
#include "model/names.h"
#include "model/roles.h"

void say(struct sentences *to, const char *format, ...)
{
	va_list args;

	if (to->count == SENTENCES_MAX)
		return;
	va_start(args, format);
	vsnprintf(to->text[to->count++], SENTENCE_BYTES, format, args);
	va_end(args);
}

void title(struct finding *finding, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(finding->title, sizeof(finding->title), format, args);
	va_end(args);
}

const char *end_name(enum tls_role role)
{
	const char *name = role_name(role);

	return name ? name : "one end";
}

enum tls_role other_end(enum tls_role role)
{
	return role == ROLE_CLIENT ? ROLE_SERVER : role == ROLE_SERVER ? ROLE_CLIENT : ROLE_UNKNOWN;
}

const char *version_words(uint16_t version, char text[24])
{
	const char *name = version_name(version);

	if (!name)
		return "an unknown version";
	if (strncmp(name, "ssl", 3))
		snprintf(text, 24, "TLS %s", name);
	else
		snprintf(text, 24, "SSL %s", name + 3);
	return text;
}

bool is_offered(const struct u16_list *list, uint16_t id)
{
	for (unsigned int i = 0; i < list->count; i++)
		if (u16_at(list, i) == id)
			return true;
	return false;
}

static bool is_grease(uint16_t value)
{
	return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

/* Append with a comma; false when there is no room for more. */
static bool add(char *text, size_t bytes, const char *name)
{
	size_t at = strlen(text), need = strlen(name) + (at ? 2 : 0);

	if (at + need + sizeof(", ...") > bytes) {
		if (at + sizeof(", ...") <= bytes)
			strcpy(text + at, ", ...");
		return false;
	}
	snprintf(text + at, bytes - at, "%s%s", at ? ", " : "", name);
	return true;
}

void cipher_list(const struct u16_list *list, char *text, size_t bytes)
{
	*text = 0;
	for (unsigned int i = 0; i < list->count; i++) {
		uint16_t id = u16_at(list, i);
		const char *name = cipher_name(id);
		char number[16];

		if (is_grease(id))
			continue;
		snprintf(number, sizeof(number), "0x%04x", id);
		if (!add(text, bytes, name ? name : number))
			return;
	}
}

void version_list(const struct client_hello *hello, char *text, size_t bytes)
{
	char words[24];

	*text = 0;
	if (!hello->versions.count) {
		snprintf(text, bytes, "%s%s", version_words(hello->legacy_version, words),
			 hello->legacy_version > 0x0300 ? " and below" : "");
		return;
	}
	for (unsigned int i = 0; i < hello->versions.count; i++)
		if (!is_grease(u16_at(&hello->versions, i)) &&
		    !add(text, bytes, version_words(u16_at(&hello->versions, i), words)))
			return;
}

void say_library(const struct facts *f, struct finding *finding)
{
	const struct library_error *e = f->error;
	char place[96] = "", verify[160] = "", number[16] = "";

	if (!e)
		return;
	if (*e->source && e->line)
		snprintf(place, sizeof(place), ", %s:%u", e->source, e->line);
	if (e->verify_text)
		snprintf(verify, sizeof(verify), ": %s (%d)", e->verify_text, e->verify);
	if (!e->unnumbered)
		snprintf(number, sizeof(number), " (%d)", e->reason);
	say(&finding->evidence, "The %s's library (%s%s%s) gives its own reason%s%s: %s%s%s%s.",
	    end_name(f->error_by), e->library, *e->version ? " " : "", e->version,
	    e->call ? " in " : "", e->call ? e->call : "", *e->text ? e->text : "unknown", number,
	    verify, place);
}

void say_alert_fact(const struct facts *f, struct finding *finding)
{
	const char *name = f->code < 0 ? NULL : alert_name(f->code);

	if (f->alert && f->code < 0)
		say(&finding->evidence, "The %s sent an alert that is encrypted: its code cannot be read on the wire.",
		    end_name(f->by));
	else if (f->alert)
		say(&finding->evidence, "The %s sent the fatal alert %s (%d)%s.", end_name(f->by),
		    name ? name : "with an unregistered number", f->code,
		    f->alert->encrypted ? ", encrypted" : " in the clear");
	else if (f->error && f->code >= 0)
		say(&finding->evidence, "The %s closed without sending the alert %s (%d) that goes with it.",
		    end_name(f->by), name ? name : "with an unregistered number", f->code);
	say_library(f, finding);
}
