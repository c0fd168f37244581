/* SPDX-License-Identifier: GPL-2.0-only */
/* The other handshake messages: type, version's low byte, cipher suite, body. */
#include "wire/handshake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct message m = { 0 };
	struct cursor leaf;

	if (size < 4)
		return 0;
	m.type = data[0];
	if (m.type == HS_CERTIFICATE)
		certificate_chain(data + 4, size - 4, 0x0300 | data[1], &leaf);
	else
		handshake_fields(data + 4, size - 4, 0x0300 | data[1], data[2] << 8 | data[3], &m);
	return 0;
}
