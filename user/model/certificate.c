/* SPDX-License-Identifier: GPL-2.0-only */
#include "model/certificate.h"

#include <string.h>
#include <strings.h>

/* RFC 6125 6.4.3: a wildcard stands for one whole label, the leftmost. */
static bool matches(const char *pattern, const char *name)
{
	const char *rest = strchr(name, '.');

	if (!strncmp(pattern, "*.", 2))
		return rest && !strcasecmp(pattern + 1, rest);
	return !strcasecmp(pattern, name);
}

bool certificate_is_for(const struct certificate *c, const char *name)
{
	for (int i = 0; i < c->name_count; i++)
		if (matches(c->names[i], name))
			return true;
	return false;
}
