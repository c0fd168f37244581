/* SPDX-License-Identifier: GPL-2.0-only */
#include "util/distance.h"

#include <string.h>
#include <strings.h>

size_t edit_distance(const char *a, const char *b)
{
	size_t length = strlen(b), row[DISTANCE_BYTES + 1];

	if (length > DISTANCE_BYTES)
		return DISTANCE_BYTES;
	for (size_t k = 0; k <= length; k++)
		row[k] = k;
	for (size_t i = 1; *a; a++, i++) {
		size_t corner = row[0]++;

		for (size_t k = 1; k <= length; k++) {
			size_t change = corner + (strncasecmp(a, b + k - 1, 1) != 0);

			corner = row[k];
			row[k] = change < row[k] + 1 ? change : row[k] + 1;
			if (row[k - 1] + 1 < row[k])
				row[k] = row[k - 1] + 1;
		}
	}
	return row[length];
}
