/* SPDX-License-Identifier: GPL-2.0-only */
/* proofs.c - rules for what one end proves in the clear, and the other does not believe. */
#include <openssl/sslerr.h>

#include "diagnose/facts.h"
#include "model/names.h"

/* RFC 8446 4.2.11.2: a binder that does not verify ends the handshake; OpenSSL says 47. */
bool rule_binder(const struct facts *f, struct finding *out)
{
	bool said = f->reason == SSL_R_BINDER_DOES_NOT_VERIFY;
	bool may = f->code == DECRYPT_ERROR || (f->code == ILLEGAL_PARAMETER && !f->reason && !f->conn->malformed);

	if (f->by != ROLE_SERVER || f->conn->server.seen || !f->conn->client.psk || f->peer_gone ||
	    !(said || may))
		return false;
	title(out, "The server knows the pre-shared key that the client names, and the two ends hold different keys for it.");
	out->confidence = said			      ? CONFIDENCE_CERTAIN :
			  f->code == DECRYPT_ERROR ? CONFIDENCE_LIKELY :
						     CONFIDENCE_POSSIBLE;
	say_alert_fact(f, out);
	say(&out->evidence, "It answers a ClientHello with %u pre-shared key identities, before any ServerHello: each comes with a binder, which only who has the key can make.",
	    f->conn->client.psk_count);
	say_original(f, out);
	if (f->conn->client.psk_external)
		say(&out->next_steps, "Compare the keys that both ends are configured with for this identity.");
	else
		say(&out->next_steps, "openssl s_client -connect %s%s -sess_out session.pem </dev/null; openssl s_client -connect %s%s -sess_in session.pem </dev/null",
		    f->server, f->name, f->server, f->name);
	return true;
}

static bool in_the_clear(const struct facts *f)
{
	return f->answered && (!f->answered->encrypted || is_tls13(f->conn->server.version));
}

/* RFC 5246 7.2.2: decrypt_error is said of a signature too. */
bool rule_wrong_signature(const struct facts *f, struct finding *out)
{
	bool by_client = f->by == ROLE_CLIENT;

	if (f->code != DECRYPT_ERROR || !f->conn->failed || f->conn->resumed || !f->conn->server.seen ||
	    f->reason == SSL_R_CERTIFICATE_VERIFY_FAILED ||
	    !(in_the_clear(f) || f->conn->client_certificate_sent))
		return false;
	title(out, "The %s could not verify what the %s signed or finished of the handshake: the two ends did not see the same bytes, or the key is another one.",
	      end_name(f->by), end_name(other_end(f->by)));
	out->confidence = f->reason == SSL_R_BAD_SIGNATURE ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
	say_alert_fact(f, out);
	say(&out->evidence, "The handshake is a full one: no session was resumed.");
	if (by_client)
		say(&out->evidence, "The server signs both hellos and its key exchange: bytes altered on the way, or a private key that does not belong to the certificate, end like this.");
	else
		say(&out->evidence, "The client signs all messages before with its certificate's key: bytes altered on the way, or a key that does not belong to it, end like this.");
	say(&out->next_steps, "Compare both ends' bytes of the hellos and the key exchange: capture at the client and at the server.");
	say(&out->next_steps, "openssl x509 -noout -pubkey -in CERT.pem | openssl sha256; openssl pkey -pubout -in KEY.pem | openssl sha256");
	return true;
}
