/* SPDX-License-Identifier: GPL-2.0-only */
/* DER that claims to be a certificate, and its JSON. */
#include <stdlib.h>

#include "sink/tls_peer_json.h"
#include "wire/certificate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t digest[32];
	struct certificate *c = certificate_parse(data, size, digest);
	char *text = NULL;
	size_t bytes;
	FILE *file = open_memstream(&text, &bytes);
	struct json j;

	if (!file)
		abort();
	json_begin(&j, file);
	if (c)
		tls_json_certificate(&j, c);
	json_end(&j, "");
	fclose(file);
	free(text);
	certificate_free(c);
	return 0;
}
