/* SPDX-License-Identifier: GPL-2.0-only */
/* offers.c - rules for ends that do not agree on what to speak. */
#include <openssl/sslerr.h>
#include <stdio.h>
#include <string.h>

#include "diagnose/facts.h"
#include "model/names.h"

#define LIST_BYTES 240
#define TLS13 0x0304
/* gnutls/gnutls.h */
#define GNUTLS_UNSUPPORTED_SIGNATURE_ALGORITHM (-106)
#define GNUTLS_NO_CIPHER_SUITES (-87)
#define GNUTLS_NO_COMMON_KEY_SHARE (-423)

/* Suites of TLS 1.3 (RFC 8446 B.4) and those before have nothing in common. */
static bool may_choose(const struct facts *f, uint16_t cipher)
{
	const struct u16_list *versions = &f->conn->client.versions;
	bool only13 = versions->count && is_offered(versions, TLS13);

	for (unsigned int i = 0; only13 && i < versions->count; i++)
		only13 = u16_at(versions, i) >= TLS13;
	return !only13 || cipher >> 8 == 0x13;
}

/* Of the server's list what it chose last is known. */
static void say_served(const struct facts *f, struct finding *out)
{
	uint16_t served = f->conn->past.served_cipher;
	const char *name = served ? cipher_name(served) : NULL;

	if (name && may_choose(f, served))
		say(&out->evidence, "In the last handshake that worked at this server it chose %s, which this client %s.", name,
		    is_offered(&f->conn->client.ciphers, served) ? "offers too: what the server allows was changed since, or it is something else" :
							       "does not offer");
}

/* To GnuTLS the suites of TLS 1.3 are a version's as any others. */
static bool may_be_version(const struct facts *f)
{
	return f->gnutls == GNUTLS_NO_CIPHER_SUITES && !is_offered(&f->conn->client.versions, 0x0304);
}

bool rule_cipher(const struct facts *f, struct finding *out)
{
	char list[LIST_BYTES];

	/* After a ServerHello a cipher suite has been agreed on. */
	bool said = f->reason == SSL_R_NO_SHARED_CIPHER || f->gnutls == GNUTLS_NO_CIPHER_SUITES;

	if (f->by != ROLE_SERVER || f->conn->server.seen || !f->conn->client.seen ||
	    (f->reason && !said) ||
	    (f->code != HANDSHAKE_FAILURE && f->code != INSUFFICIENT_SECURITY))
		return false;
	title(out, said ? "The client and the server have no cipher suite in common that the server can use." :
			  "The server found nothing acceptable in the ClientHello: most often there is no cipher suite in common.");
	out->confidence = said && !may_be_version(f)			      ? CONFIDENCE_CERTAIN :
			  said || f->code == INSUFFICIENT_SECURITY ? CONFIDENCE_LIKELY :
								     CONFIDENCE_POSSIBLE;
	say_alert_fact(f, out);
	cipher_list(&f->conn->client.ciphers, list, sizeof(list));
	say(&out->evidence, "It answers the ClientHello, before any ServerHello: the offer itself is refused.");
	say(&out->evidence, "The client offers %s.", list);
	say_served(f, out);
	say_versions(f, out);
	if (may_be_version(f))
		say(&out->evidence, "The client does not offer TLS 1.3: a GnuTLS server that allows nothing older gives the same reason.");
	if (!*f->conn->client.server_name)
		say(&out->evidence, "The client names no server (SNI): some servers have no certificate for such clients.");
	if (said && !is_offered(&f->conn->client.versions, TLS13))
		say(&out->evidence, "Up to TLS 1.2 a suite counts only if the server's key and a group of the client's list fit it.");
	if (said)
		say(&out->ruled_out, "No version in common: the server's library has another reason for that.");
	say(&out->next_steps, "openssl s_client -connect %s%s -cipher ALL:@SECLEVEL=0 </dev/null", f->server,
	    f->name);
	say(&out->next_steps, "The server's error log names the cause: no shared cipher, group or signature algorithm, or no certificate.");
	return true;
}

static void alpn_list(const struct byte_list *alpn, char *text, size_t bytes)
{
	size_t used = 0;

	*text = 0;
	for (size_t i = 0; i < alpn->count; i += 1 + alpn->at[i]) {
		size_t length = alpn->at[i];

		if (i + 1 + length > alpn->count || used + length + 3 > bytes)
			return;
		used += snprintf(text + used, bytes - used, "%s%.*s", used ? ", " : "", (int)length,
				 (const char *)alpn->at + i + 1);
	}
}

bool rule_alpn(const struct facts *f, struct finding *out)
{
	char list[LIST_BYTES];

	if (f->code != NO_APPLICATION_PROTOCOL)
		return false;
	title(out, "The server speaks none of the application protocols (ALPN) that the client offers.");
	out->confidence = CONFIDENCE_CERTAIN;
	say_alert_fact(f, out);
	alpn_list(&f->conn->client.alpn, list, sizeof(list));
	if (*list)
		say(&out->evidence, "The client offers %s.", list);
	say(&out->next_steps, "openssl s_client -connect %s%s -alpn h2,http/1.1 </dev/null", f->server, f->name);
	return true;
}

/* RFC 8446 4.2.11: a server that knows none goes on without, if it can. */
static bool psk_passed_over(const struct facts *f)
{
	return f->by == ROLE_SERVER && !f->conn->server.seen && f->conn->client.psk_external &&
	       (f->code == HANDSHAKE_FAILURE || f->code == ILLEGAL_PARAMETER) &&
	       (!f->reason || f->reason == SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM ||
		f->reason == SSL_R_NO_SHARED_CIPHER);
}

bool rule_psk(const struct facts *f, struct finding *out)
{
	bool said = f->code == UNKNOWN_PSK_IDENTITY;

	if (!said && !psk_passed_over(f))
		return false;
	title(out, said ? "The server does not know the pre-shared key identity that the client named." :
			  "The server most likely does not know the pre-shared key identity that the client named, and has no certificate to do without.");
	out->confidence = said ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
	say_alert_fact(f, out);
	if (!said)
		say(&out->evidence, "The ClientHello names an identity that is no session's ticket, and the server refuses the whole offer.");
	if (f->conn->client.psk_count)
		say(&out->evidence, "The ClientHello names %u identities.", f->conn->client.psk_count);
	say(&out->next_steps, "Compare the identities that both ends are configured with.");
	return true;
}

static bool offer_refused(const struct facts *f)
{
	return f->by == ROLE_SERVER && !f->conn->server.seen && f->conn->client.seen &&
	       (f->code == HANDSHAKE_FAILURE || f->code == INSUFFICIENT_SECURITY);
}

/* What this server chose for others tells what it can do. */
static void say_groups(const struct facts *f, struct finding *out)
{
	const struct u16_list *groups = &f->conn->client.groups;
	char list[LIST_BYTES] = "";
	size_t used = 0;

	for (unsigned int i = 0; i < groups->count && used < sizeof(list); i++) {
		const char *name = group_name(u16_at(groups, i));

		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", used ? ", " : "",
					 name ? name : "another one");
	}
	if (used)
		say(&out->evidence, "The client offers %s.", list);
}

/* Only the library's reason tells it from the other causes of handshake_failure. */
void say_sha1(const struct facts *f, struct finding *out)
{
	const struct client_hello *hello = &f->conn->client;

	if (!hello->seen || f->by != ROLE_SERVER || f->conn->server.seen || hello->legacy_version >= 0x0303)
		return;
	say(&out->evidence, "The client offers no version above TLS 1.1, and those sign with SHA-1: OpenSSL 3 refuses that from security level 1 on, with internal_error.");
	say(&out->next_steps, "Let the client offer TLS 1.2 or newer; or, for a test, a server with the cipher string DEFAULT@SECLEVEL=0.");
}

bool rule_signature(const struct facts *f, struct finding *out)
{
	/* OpenSSL 3 says internal_error where TLS 1.1 would need SHA-1 (tls_choose_sigalg). */
	if ((f->code != HANDSHAKE_FAILURE && f->code != INTERNAL_ERROR) ||
	    (f->reason != SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM &&
	     f->reason != SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS &&
	     f->gnutls != GNUTLS_UNSUPPORTED_SIGNATURE_ALGORITHM))
		return false;
	title(out, "The client and the server have no signature algorithm in common that the %s's key can use.",
	      end_name(f->by));
	out->confidence = CONFIDENCE_CERTAIN;
	say_alert_fact(f, out);
	say_sha1(f, out);
	say(&out->ruled_out, "No cipher suite in common: the %s's library has another reason for that (193).",
	    end_name(f->by));
	say(&out->next_steps, "openssl s_client -connect %s%s -trace </dev/null 2>&1 | grep -A20 signature_algorithms",
	    f->server, f->name);
	say(&out->next_steps, "Compare the algorithms that the client allows with the type of the %s's key: an RSA key cannot sign with ECDSA.",
	    end_name(f->by));
	return true;
}

bool rule_group(const struct facts *f, struct finding *out)
{
	const struct past *p = &f->conn->past;
	const char *cipher = cipher_name(p->served_cipher), *group = group_name(p->served_group);

	bool said = f->reason == SSL_R_NO_SUITABLE_KEY_SHARE || f->reason == SSL_R_NO_SUITABLE_GROUPS ||
		    f->gnutls == GNUTLS_NO_COMMON_KEY_SHARE;
	bool small = f->reason == SSL_R_DH_KEY_TOO_SMALL;

	if ((said || small) && f->code == HANDSHAKE_FAILURE) {
		title(out, small ? "The client refuses the server's Diffie-Hellman group: its prime is too short." :
				   "The client and the server have no key exchange group in common.");
		out->confidence = CONFIDENCE_CERTAIN;
		say_alert_fact(f, out);
		say_groups(f, out);
		say(&out->ruled_out, "No cipher suite in common: the %s's library has another reason for that.", end_name(f->by));
		say(&out->next_steps, "openssl s_client -connect %s%s -groups X25519:P-256:P-384 </dev/null",
		    f->server, f->name);
		return true;
	}
	if (f->reason || !offer_refused(f) || !p->served_group || !is_offered(&f->conn->client.ciphers, p->served_cipher) ||
	    !f->conn->client.groups.count || is_offered(&f->conn->client.groups, p->served_group))
		return false;
	title(out, "The client and the server most likely have no key exchange group in common.");
	out->confidence = CONFIDENCE_LIKELY;
	say_alert_fact(f, out);
	say(&out->evidence, "The server chose %s with %s before; this client offers that cipher suite but not that group.",
	    cipher ? cipher : "a cipher suite", group ? group : "another group");
	say(&out->ruled_out, "No cipher suite in common: the client offers the one that the server chose then.");
	say(&out->next_steps, "openssl s_client -connect %s%s -groups %s </dev/null", f->server, f->name,
	    group ? group : "X25519:P-256");
	return true;
}

/* RFC 8446 9.1: what every TLS 1.3 server must know, the suite is offered and the group is not. */
bool rule_group_unusual(const struct facts *f, struct finding *out)
{
	enum { MUST_SUITE = 0x1301, MUST_GROUP = 23 };
	const struct client_hello *hello = &f->conn->client;

	if (f->reason || f->gnutls || !offer_refused(f) || !is_offered(&hello->versions, TLS13) || !hello->groups.count ||
	    !is_offered(&hello->ciphers, MUST_SUITE) || is_offered(&hello->groups, MUST_GROUP))
		return false;
	title(out, "The server found nothing acceptable in the ClientHello: most likely there is no key exchange group in common.");
	out->confidence = CONFIDENCE_POSSIBLE;
	say_alert_fact(f, out);
	say_groups(f, out);
	say(&out->evidence, "It offers the cipher suite that every TLS 1.3 server must know (%s), and not the group (%s).",
	    cipher_name(MUST_SUITE), group_name(MUST_GROUP));
	say(&out->next_steps, "openssl s_client -connect %s%s -groups X25519:P-256:P-384 </dev/null", f->server, f->name);
	return true;
}

/* RFC 8446 4.1.3: the last bytes of the random when a newer version would have been possible. */
static bool has_sentinel(const struct conn *c)
{
	const uint8_t *end = c->server.random + 24;

	return c->server.seen && !is_tls13(c->server.version) && !memcmp(end, "DOWNGRD", 7) && end[7] <= 1;
}

/* It must end the handshake of a client that offered more; this client went on. */
bool rule_sentinel_passed(const struct facts *f, struct finding *out)
{
	const struct conn *c = f->conn;

	if (!has_sentinel(c) || !c->client.seen || c->server.random[31] != 1 ||
	    !is_offered(&c->client.versions, TLS13))
		return false;
	title(out, "The server could speak TLS 1.3 and was not asked for it, though the client offers it: something between took it out of the ClientHello, and the client did not notice.");
	out->confidence = CONFIDENCE_LIKELY;
	say(&out->evidence, "ServerHello.random ends with the downgrade sentinel of RFC 8446 4.1.3.");
	say_versions(f, out);
	say(&out->next_steps, "Compare both ends' bytes of the ClientHello: capture at the client and at the server.");
	say(&out->next_steps, "Bring the client's library up to date: it must end such a handshake.");
	return true;
}

bool rule_sentinel(const struct facts *f, struct finding *out)
{
	if (f->code != ILLEGAL_PARAMETER || f->by != ROLE_CLIENT || !has_sentinel(f->conn))
		return false;
	title(out, "The server could speak a newer version than it was asked for: something between the two ends took it out of the ClientHello.");
	out->confidence = CONFIDENCE_LIKELY;
	say_alert_fact(f, out);
	say(&out->evidence, "ServerHello.random ends with the downgrade sentinel of RFC 8446 4.1.3.");
	say_versions(f, out);
	say(&out->next_steps, "Compare both ends' bytes of the ClientHello: capture at the client and at the server.");
	return true;
}
