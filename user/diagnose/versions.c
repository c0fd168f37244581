/* SPDX-License-Identifier: GPL-2.0-only */
/* versions.c - rules for ends that have no version in common, or choose an older one than they could. */
#include <openssl/sslerr.h>

#include "diagnose/facts.h"
#include "model/names.h"

#define LIST_BYTES 240

void say_versions(const struct facts *f, struct finding *out)
{
	char list[LIST_BYTES], words[24];

	if (f->conn->client.seen) {
		version_list(&f->conn->client, list, sizeof(list));
		say(&out->evidence, "The client offers %s.", list);
	}
	if (f->conn->server.seen)
		say(&out->evidence, "The server chose %s.",
		    version_words(f->conn->server.version, words));
}

/* The server chose what the client's list does not have: other alerts, or none, mean that too. */
static bool chosen_unasked(const struct facts *f)
{
	const struct conn *c = f->conn;
	bool by_client = f->code >= 0 ? f->by == ROLE_CLIENT : !f->alert && c->close_by == ROLE_CLIENT;

	return by_client && !f->reason && !f->gnutls && c->failed && !c->malformed && c->server.seen &&
	       c->client.versions.count && !is_offered(&c->client.versions, c->server.version) &&
	       (f->code < 0 || f->code == HANDSHAKE_FAILURE || f->code == ILLEGAL_PARAMETER);
}

/* OpenSSL answers a hello of SSL 3 with handshake_failure. */
static bool library_says(const struct facts *f)
{
	return !f->conn->server.seen && f->code == HANDSHAKE_FAILURE && f->by == ROLE_SERVER &&
	       (f->reason == SSL_R_VERSION_TOO_LOW || f->reason == SSL_R_VERSION_TOO_HIGH);
}

/* Nobody who is asked for SSL 3 at most does it any more; what else the hello lacks is nothing to that. */
static bool asks_for_ssl3(const struct facts *f)
{
	const struct client_hello *hello = &f->conn->client;

	return !f->conn->server.seen && f->code == HANDSHAKE_FAILURE && f->by == ROLE_SERVER && !f->reason &&
	       !f->gnutls && hello->seen && !hello->versions.count && hello->legacy_version <= 0x0300;
}

bool version_agreed(const struct facts *f)
{
	const struct client_hello *hello = &f->conn->client;
	uint16_t chosen = f->conn->server.version;

	return f->conn->server.seen && hello->seen && f->reason != SSL_R_UNSUPPORTED_PROTOCOL &&
	       (hello->versions.count ? is_offered(&hello->versions, chosen) : chosen == hello->legacy_version);
}

bool rule_version(const struct facts *f, struct finding *out)
{
	bool said = f->code == PROTOCOL_VERSION && !f->conn->established && !version_agreed(f);

	said |= library_says(f);
	if (!said && !chosen_unasked(f) && !asks_for_ssl3(f))
		return false;
	if (said || asks_for_ssl3(f))
		title(out, "The client and the server have no TLS version in common: the %s refuses what the %s speaks.",
		      end_name(f->by), end_name(other_end(f->by)));
	else
		title(out, "The server chose a version that the client does not offer, and the client ended the handshake.");
	out->confidence = said ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
	say_alert_fact(f, out);
	say_versions(f, out);
	if (said)
		say(&out->ruled_out, "A cipher suite, group or certificate: there are other alerts for those.");
	say(&out->next_steps, "openssl s_client -connect %s%s -tls1_2 </dev/null; openssl s_client -connect %s%s -tls1_3 </dev/null",
	    f->server, f->name, f->server, f->name);
	say(&out->next_steps, "Raise the older end's highest version, rather than lower the other's least.");
	return true;
}

bool rule_fallback(const struct facts *f, struct finding *out)
{
	if (f->code != INAPPROPRIATE_FALLBACK)
		return false;
	title(out, "The client repeated its attempt with an older version, and the server supports a newer one: a downgrade, or an earlier attempt that failed for another reason.");
	out->confidence = CONFIDENCE_CERTAIN;
	say_alert_fact(f, out);
	if (f->conn->client.fallback_scsv)
		say(&out->evidence, "The ClientHello carries TLS_FALLBACK_SCSV (RFC 7507).");
	say_versions(f, out);
	say(&out->next_steps, "Look for the attempt of the same client before this one: why it failed is the cause.");
	return true;
}
