/* SPDX-License-Identifier: GPL-2.0-only */
/* Hellos: the first byte chooses which one. */
#include "wire/hello.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct client_hello client = { 0 };
	struct server_hello server = { 0 };

	if (!size)
		return 0;
	switch (data[0] & 3) {
	case 0: client_hello_parse(data + 1, size - 1, &client); break;
	case 1: server_hello_parse(data + 1, size - 1, &server); break;
	case 2: hello_retry_parse(data + 1, size - 1, &server); break;
	case 3: sslv2_hello_parse(data + 1, size - 1, &client); break;
	}
	client_hello_free(&client);
	server_hello_free(&server);
	return 0;
}
