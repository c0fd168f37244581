/* SPDX-License-Identifier: GPL-2.0-only */
#include "manual/manual.h"

static const char *const words[] = {
#define FINDING(code, ...) code,
#include "knowledge/findings.def"
#undef FINDING
#define ALERT(number, name, ...) name,
#include "knowledge/alerts.def"
#undef ALERT
};

const char *manual_word(size_t index)
{
	return index < sizeof(words) / sizeof(*words) ? words[index] : NULL;
}
