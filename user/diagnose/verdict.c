/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * verdict.c - a program that asks its library what it thinks of a certificate, and then gives
 * up by itself (Node in TLS 1.3): no error is raised and no alert sent.
 */
#include <openssl/x509_vfy.h>

#include "diagnose/facts.h"
#include "model/roles.h"

bool left_after_verdict(const struct conn *c)
{
	return c->verdict.result && !c->failed && !c->error.library && c->role != ROLE_UNKNOWN && left_at_once(c, c->role);
}

/* The local end closed while shaking hands; the other said at most that it noticed. */
static bool gave_up(const struct facts *f)
{
	return f->alert ? f->peer_gone && !f->alert->sent : f->conn->close_by == f->conn->role;
}

static bool left_to_program(const struct facts *f, struct finding *out, const char *what)
{
	const struct conn *c = f->conn;
	const char *by = end_name(c->role), *other = end_name(other_end(c->role));

	if (c->failed ? c->error.library || c->role == ROLE_UNKNOWN || !gave_up(f) : f->alert || !left_after_verdict(c))
		return false;
	title(out, "The %s's certificate %s for the %s's library, and the %s closed the connection.",
	      other, what, by, by);
	out->confidence = c->failed ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
	if (!c->failed)
		say(&out->evidence, "The handshake was complete; the %s closed at once, without data and without close_notify: so does one that had nothing to say and looks at no certificate.",
		    by);
	say(&out->evidence, "The %s's library (openssl%s%s) found: %s (%d). It raised no error and sent no alert: what follows is left to the program.",
	    by, *c->verdict.version ? " " : "", c->verdict.version, c->verdict.text, c->verdict.result);
	say(&out->next_steps, "openssl s_client -connect %s%s -CAfile CA.pem -verify_return_error </dev/null",
	    f->server, f->name);
	return true;
}

/* Of a client's certificate there is one code, whatever is wrong with it. */
bool rule_found_client(const struct facts *f, struct finding *out)
{
	return f->conn->verdict.result && f->conn->role == ROLE_SERVER && left_to_program(f, out, "is not good");
}

static bool found(const struct facts *f, struct finding *out, bool is, const char *what)
{
	return is && f->conn->role == ROLE_CLIENT && left_to_program(f, out, what);
}

bool rule_found_early(const struct facts *f, struct finding *out)
{
	return found(f, out, f->conn->verdict.result == X509_V_ERR_CERT_NOT_YET_VALID, "is not valid yet");
}

bool rule_found_expired(const struct facts *f, struct finding *out)
{
	return found(f, out, f->conn->verdict.result == X509_V_ERR_CERT_HAS_EXPIRED, "has expired");
}

bool rule_found_revoked(const struct facts *f, struct finding *out)
{
	return found(f, out, f->conn->verdict.result == X509_V_ERR_CERT_REVOKED, "is revoked");
}

bool rule_found_name(const struct facts *f, struct finding *out)
{
	int32_t result = f->conn->verdict.result;

	return found(f, out, result == X509_V_ERR_HOSTNAME_MISMATCH || result == X509_V_ERR_IP_ADDRESS_MISMATCH,
		     "has another name");
}

bool rule_found_purpose(const struct facts *f, struct finding *out)
{
	return found(f, out, f->conn->verdict.result == X509_V_ERR_INVALID_PURPOSE, "is for another purpose");
}

bool rule_found_weak(const struct facts *f, struct finding *out)
{
	int32_t result = f->conn->verdict.result;

	return found(f, out, result == X509_V_ERR_EE_KEY_TOO_SMALL || result == X509_V_ERR_CA_KEY_TOO_SMALL ||
			     result == X509_V_ERR_CA_MD_TOO_WEAK, "is too weak");
}

bool rule_found_untrusted(const struct facts *f, struct finding *out)
{
	return found(f, out, f->conn->verdict.result && f->conn->verdict.alert == UNKNOWN_CA, "is not trusted");
}

bool rule_found_bad(const struct facts *f, struct finding *out)
{
	return found(f, out, f->conn->verdict.result, "is not good");
}
