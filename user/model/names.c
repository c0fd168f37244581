/* SPDX-License-Identifier: GPL-2.0-only */
#include "model/names.h"

#include <stddef.h>

struct name {
	uint16_t id;
	const char *text;
};

static const struct name ciphers[] = {
#include "model/names_ciphers.inc"
};

static const struct name groups[] = {
#include "model/names_groups.inc"
};

static const struct name signatures[] = {
#include "model/names_signatures.inc"
};

static const struct name extensions[] = {
#include "model/names_extensions.inc"
};

static const struct name alerts[] = {
#include "model/names_alerts.inc"
};

static const struct name handshake_types[] = {
#include "model/names_handshakes.inc"
};

static const struct name record_types[] = {
	{ 20, "change_cipher_spec" }, { 21, "alert" }, { 22, "handshake" },
	{ 23, "application_data" }, { 24, "heartbeat" }, { 25, "tls12_cid" }, { 26, "ACK" },
	{ 128, "sslv2_client_hello" },
};

static const struct name certificate_compressions[] = {
	{ 1, "zlib" }, { 2, "brotli" }, { 3, "zstd" },
};

static const struct name versions[] = {
	{ 0x0002, "ssl2" }, { 0x0300, "ssl3" }, { 0x0301, "1.0" }, { 0x0302, "1.1" },
	{ 0x0303, "1.2" }, { 0x0304, "1.3" },
};

/* Every table is sorted by code. */
static const char *find(const struct name *names, size_t count, uint16_t id)
{
	size_t from = 0;

	while (from < count) {
		size_t middle = (from + count) / 2;

		if (names[middle].id == id)
			return names[middle].text;
		if (names[middle].id < id)
			from = middle + 1;
		else
			count = middle;
	}
	return NULL;
}

#define FIND(table, id) find(table, sizeof(table) / sizeof(*(table)), id)

/* RFC 8701: 0x0a0a, 0x1a1a, ... 0xfafa. */
static const char *grease(uint16_t id)
{
	return (id & 0x0f0f) == 0x0a0a && id >> 8 == (id & 0xff) ? "GREASE" : NULL;
}

const char *cipher_name(uint16_t id)
{
	return grease(id) ? "GREASE" : FIND(ciphers, id);
}

const char *group_name(uint16_t id)
{
	return grease(id) ? "GREASE" : FIND(groups, id);
}

const char *signature_name(uint16_t id)
{
	return grease(id) ? "GREASE" : FIND(signatures, id);
}

const char *alert_name(uint8_t description)
{
	return FIND(alerts, description);
}

const char *record_type_name(uint8_t type)
{
	return FIND(record_types, type);
}

const char *handshake_type_name(uint8_t type)
{
	return FIND(handshake_types, type);
}

const char *extension_name(uint16_t id)
{
	return grease(id) ? "GREASE" : FIND(extensions, id);
}

const char *certificate_compression_name(uint16_t id)
{
	return grease(id) ? "GREASE" : FIND(certificate_compressions, id);
}

const char *version_name(uint16_t version)
{
	if (version >> 8 == 0x7f) /* a draft of TLS 1.3 */
		return "1.3";
	return grease(version) ? "GREASE" : FIND(versions, version);
}
