/* SPDX-License-Identifier: GPL-2.0-only */
#include "wire/client_psk.h"

#include "wire/digest.h"

/* RFC 8446 4.2.11: of an identity that was established otherwise the age is 0. */
static bool looks_external(const struct cursor *identity, uint32_t age)
{
	size_t bytes = cur_left(identity);

	for (size_t i = 0; i < bytes; i++)
		if (identity->at[i] < 0x20 || identity->at[i] > 0x7e)
			return false;
	return bytes && !age;
}

int client_psk(struct cursor *body, struct client_hello *out)
{
	struct cursor list = cur_vector(body, 2);

	out->psk = true;
	while (cur_left(&list)) {
		struct cursor identity = cur_vector(&list, 2);

		uint32_t age = cur_uint(&list, 4); /* obfuscated_ticket_age */

		if (!cur_ok(&list))
			break;
		if (!out->psk_count)
			out->psk_external = looks_external(&identity, age);
		if (out->psk_count < PSK_KEPT)
			short_hash(identity.at, cur_left(&identity), out->psk_hash[out->psk_count]);
		if (out->psk_count < 255)
			out->psk_count++;
	}
	return cur_ok(&list);
}

void client_ticket(const struct cursor *body, struct client_hello *out)
{
	out->ticket_extension = true;
	out->ticket_bytes = cur_left(body);
	if (out->ticket_bytes)
		short_hash(body->at, out->ticket_bytes, out->ticket_hash);
}
