/* SPDX-License-Identifier: GPL-2.0-only */
/* signatures.c - signature algorithms against the key that the server is known to have. */
#include <stdio.h>
#include <string.h>

#include "diagnose/facts.h"
#include "model/names.h"

#define LIST_BYTES 240

/* RFC 8446 4.2.3, and RFC 5246 7.4.1.4.1 for pairs of a hash and a signature. */
static bool fits(uint16_t algorithm, const char *key)
{
	uint8_t high = algorithm >> 8, low = algorithm & 0xff;

	if (high == 8) {
		if (low >= 4 && low <= 6)
			return !strcmp(key, "RSA");
		if (low >= 9 && low <= 11)
			return !strcmp(key, "RSA-PSS");
		return !strcmp(key, low == 7 ? "ED25519" : low == 8 ? "ED448" : "EC");
	}
	return high <= 6 && ((low == 1 && !strcmp(key, "RSA")) || (low == 2 && !strcmp(key, "DSA")) ||
			     (low == 3 && !strcmp(key, "EC")));
}

static bool some_fit(const struct u16_list *algorithms, const char *key)
{
	for (unsigned int i = 0; i < algorithms->count; i++)
		if (fits(u16_at(algorithms, i), key))
			return true;
	return false;
}

static void say_algorithms(const struct u16_list *algorithms, struct finding *out)
{
	char list[LIST_BYTES] = "";
	size_t used = 0;

	for (unsigned int i = 0; i < algorithms->count && used < sizeof(list); i++) {
		const char *name = signature_name(u16_at(algorithms, i));

		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", used ? ", " : "",
					 name ? name : "another one");
	}
	say(&out->evidence, "The client offers %s.", list);
}

bool rule_signature_unfit(const struct facts *f, struct finding *out)
{
	const struct client_hello *hello = &f->conn->client;
	const struct past *p = &f->conn->past;

	if (f->reason || f->by != ROLE_SERVER || f->conn->server.seen || !hello->seen ||
	    (f->code != HANDSHAKE_FAILURE && f->code != INSUFFICIENT_SECURITY) || !p->served_key ||
	    !hello->signature_algorithms.count || some_fit(&hello->signature_algorithms, p->served_key) ||
	    !is_offered(&hello->ciphers, p->served_cipher))
		return false;
	title(out, "The client allows no signature algorithm that the server's key can use.");
	out->confidence = CONFIDENCE_LIKELY;
	say_alert_fact(f, out);
	say(&out->evidence, "The server's certificate had a key of type %s when it was seen last: none of the client's algorithms is for such a key.",
	    p->served_key);
	say_algorithms(&hello->signature_algorithms, out);
	say(&out->ruled_out, "No cipher suite in common: the client offers the one that the server chose then.");
	say(&out->next_steps, "openssl s_client -connect %s%s -trace </dev/null 2>&1 | grep -A20 signature_algorithms",
	    f->server, f->name);
	say(&out->next_steps, "Allow an algorithm for the type of the server's key at the client, or give the server a second certificate.");
	return true;
}
