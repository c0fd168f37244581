/* SPDX-License-Identifier: GPL-2.0-only */
#include "wire/infer.h"

#include <stddef.h>

static const struct {
	uint16_t first, last;
	uint8_t type;
	uint16_t length;
	const char *family;
} finished[] = {
#include "model/finished_lengths.inc"
};

const char *finished_family(uint16_t version, uint8_t record_type, uint16_t length)
{
	for (size_t i = 0; i < sizeof(finished) / sizeof(*finished); i++)
		if (finished[i].type == record_type && finished[i].length == length &&
		    version >= finished[i].first && version <= finished[i].last)
			return finished[i].family;
	return NULL;
}

/* RFC 6655 3: CCM_8 is the one with a short tag. */
static int tag_bytes(uint16_t cipher)
{
	return cipher == 0x1305 ? 8 : 16;
}

uint16_t tls13_alert_bytes(uint16_t cipher)
{
	return (uint16_t)(2 + 1 + tag_bytes(cipher));
}

/* RFC 8446 4, 4.4.4: the message's header and the hash. */
static int finished_bytes(uint16_t cipher)
{
	return 4 + (cipher == 0x1302 ? 48 : 32);
}

bool is_padded_finished(uint16_t cipher, uint16_t length)
{
	return length == finished_bytes(cipher) + 1 + tag_bytes(cipher) + JSSE_PADDING;
}

enum certificate_hint certificate_hint(uint16_t cipher, uint16_t length)
{
	/* RFC 8446 5.2: the inner type and the tag. */
	int inner = length - 1 - tag_bytes(cipher);
	int finished = finished_bytes(cipher);

	if (inner == finished || inner == finished + JSSE_PADDING)
		return HINT_NOT_ASKED;
	if (inner == 8 || inner == 8 + JSSE_PADDING || inner == 8 + finished)
		return HINT_EMPTY;
	return inner >= 200 ? HINT_SENT : HINT_UNKNOWN;
}

int server_hello_session_id(uint16_t record_length)
{
	/* Header 4, version 2, random 32, length 1, cipher suite 2, compression 1. */
	int bytes = record_length - 42;

	return bytes >= 0 && bytes <= 32 ? bytes : -1;
}
