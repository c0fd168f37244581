/* SPDX-License-Identifier: GPL-2.0-only */
/* renegotiation.c - rules for a second handshake, and for what keeps it safe. */
#include <openssl/sslerr.h>

#include "diagnose/facts.h"

#define GNUTLS_SAFE_RENEGOTIATION_FAILED (-107) /* gnutls/gnutls.h */

/* RFC 5746 4.1: a client may refuse a server that does not know the extension. */
static bool insecure_server(const struct facts *f)
{
	const struct conn *c = f->conn;
	bool offered = c->client.renegotiation_info || c->client.renegotiation_scsv;

	return f->reason == SSL_R_UNSAFE_LEGACY_RENEGOTIATION_DISABLED ||
	       f->gnutls == GNUTLS_SAFE_RENEGOTIATION_FAILED ||
	       (f->by == ROLE_CLIENT && f->code == HANDSHAKE_FAILURE && !f->reason && !f->gnutls &&
		offered && c->failed && c->server.seen && !is_tls13(c->server.version) &&
		!c->server.renegotiation_info && !c->malformed);
}

static void say_insecure(const struct facts *f, struct finding *out)
{
	title(out, "The client refuses a server without secure renegotiation (RFC 5746).");
	out->confidence = f->reason || f->gnutls ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
	say_alert_fact(f, out);
	if (f->conn->server.seen && !f->conn->server.renegotiation_info)
		say(&out->evidence, "The ServerHello lacks renegotiation_info, which the client offered.");
	say(&out->next_steps, "openssl s_client -connect %s%s -legacy_server_connect </dev/null", f->server,
	    f->name);
	say(&out->next_steps, "Bring the server up to date; until then the client can allow it (OpenSSL: Options = UnsafeLegacyServerConnect).");
}

bool rule_renegotiation(const struct facts *f, struct finding *out)
{
	bool asked = f->reason == SSL_R_NO_RENEGOTIATION; /* and was told no, by a warning */

	if (insecure_server(f)) {
		say_insecure(f, out);
		return true;
	}
	if (f->code != NO_RENEGOTIATION && !asked)
		return false;
	title(out, "The %s refuses to renegotiate.", end_name(asked ? other_end(f->by) : f->by));
	out->confidence = CONFIDENCE_CERTAIN;
	say_alert_fact(f, out);
	say(&out->next_steps, "Ask for what needs the renegotiation (a client certificate, most often) in the first handshake.");
	return true;
}
