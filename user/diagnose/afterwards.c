/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * afterwards.c - rules for what a program decides when the handshake is over. TLS says nothing of
 * it: the order of ends, and what the certificate or the library shows, make it possible.
 */
#include <string.h>

#include "diagnose/facts.h"
#include "model/names.h"

#define AT_ONCE_NS 3000000000LL /* a host may be busy */
#define TICKETS 2 /* that servers send after a handshake of TLS 1.3 */
#define REST_OF_FLIGHT 2 /* behind the client's first protected record: CertificateVerify, Finished */

static bool whole(const struct conn *c)
{
	return c->established && !c->failed && !c->resumed && !c->totals[0].gap_bytes && !c->totals[1].gap_bytes &&
	       c->close != CLOSE_OPEN && c->close != CLOSE_TIMEOUT;
}

/* Records after the handshake, a farewell among them. */
static uint64_t records_after(const struct conn *c, enum tls_role role)
{
	int of = c->role != role;

	return c->totals[of].records - c->records_shaking[of];
}

/* How long the client stayed: up to its farewell, as the other end may close late. */
static int64_t stayed_ns(const struct conn *c)
{
	return (c->close == CLOSE_NOTIFY ? c->last_record_ns : c->closed_ns) - c->established_at_ns;
}

static bool at_once(const struct conn *c)
{
	int64_t took_ns = stayed_ns(c);

	return took_ns >= 0 && took_ns < AT_ONCE_NS;
}

static bool client_left(const struct conn *c)
{
	return whole(c) && !ended_in_words(c) && c->close_by == ROLE_CLIENT && records_after(c, ROLE_CLIENT) <= 1 &&
	       (is_tls13(c->server.version) || !c->totals[c->role != ROLE_CLIENT].app_records) && at_once(c);
}

bool left_at_once(const struct conn *c, enum tls_role who)
{
	unsigned int most = who == ROLE_SERVER && is_tls13(c->server.version) ? TICKETS : 0;

	return whole(c) && !ended_in_words(c) && c->close_by == who && (c->close == CLOSE_FIN || c->close == CLOSE_RESET) &&
	       records_after(c, who) <= most && at_once(c);
}

static bool left_for_name(const struct conn *c)
{
	const struct certificate *cert = c->server_certificate;

	return client_left(c) && *c->client.server_name && cert && cert->readable && cert->name_count &&
	       !certificate_is_for(cert, c->client.server_name);
}

static void say_name(const struct facts *f, struct finding *out)
{
	const struct conn *c = f->conn;
	const struct certificate *cert = c->server_certificate;
	struct facts client = *f;

	client.by = ROLE_CLIENT;
	title(out, "The client left right after the handshake and sent nothing: the server's certificate is for another name than it asked for.");
	out->confidence = CONFIDENCE_POSSIBLE;
	say(&out->evidence, "The client asked for \"%.200s\"; the certificate names \"%.200s\"%s.", c->client.server_name,
	    cert->names[0], cert->name_count > 1 ? " and others, none of which matches" : "");
	say_certificate(&client, out);
	say(&out->evidence, "The client closed %.1f ms after the handshake, without data: programs that look at the name by themselves (curl, Node) end like this, and so does a client that had nothing to send.",
	    (double)stayed_ns(c) / 1e6);
	say(&out->next_steps, "openssl s_client -connect %s%s </dev/null | openssl x509 -noout -subject -ext subjectAltName", f->server,
	    f->name);
	say(&out->next_steps, "The client's own message says whether it was the name.");
}

static bool judges(const struct conn *c)
{
	return c->role == ROLE_CLIENT && c->library && !strcmp(c->library, "openssl");
}

/*
 * curl and Node look at the name by themselves, when their library has verified the chain. One
 * that goes on although it could not be verified looks at nothing.
 */
bool rule_name_afterwards(const struct facts *f, struct finding *out)
{
	const struct conn *c = f->conn;

	if (!left_for_name(c) || !judges(c) || c->verdict.result)
		return false;
	say_name(f, out);
	say(&out->evidence, "The client's library (openssl) found nothing wrong with the chain.");
	return true;
}

/* By the wire alone: of a client on this host its library can be asked, and what it did not say is not guessed. */
bool rule_name_unheard(const struct facts *f, struct finding *out)
{
	const struct conn *c = f->conn;
	bool here = c->role == ROLE_CLIENT ? c->process->pid != 0 :
					     !memcmp(c->local.address, c->remote.address, sizeof(c->local.address));

	if (!left_for_name(c) || here || judges(c))
		return false;
	say_name(f, out);
	return true;
}

/* One answer and the end: servers say there, in the application's words, whom they refuse. */
static bool one_answer(const struct conn *c)
{
	bool tls13 = is_tls13(c->server.version);

	return whole(c) && !ended_in_words(c) && !refuses_unseen(c, &c->last_alert) &&
	       c->close_by == ROLE_SERVER && records_after(c, ROLE_CLIENT) >= 1 &&
	       records_after(c, ROLE_CLIENT) <= 2u + (tls13 ? REST_OF_FLIGHT : 0) &&
	       records_after(c, ROLE_SERVER) <= 3u + (tls13 ? TICKETS : 0);
}

static void say_answer(const struct conn *c, struct finding *out)
{
	say(&out->evidence, "The server closed the connection after %llu more records, those that TLS itself sends among them: so does nginx with its answer of status 400, which nobody can read here.",
	    (unsigned long long)records_after(c, ROLE_SERVER));
}

/* One that took nobody with a certificate before most likely leaves it to the client. */
bool rule_required_afterwards(const struct facts *f, struct finding *out)
{
	const struct conn *c = f->conn;
	bool empty = is_tls13(c->server.version) && !c->client_certificate_requested ?
			     c->certificate_hint == HINT_EMPTY :
			     c->client_certificate_requested && !c->client_certificate_sent;

	if (!one_answer(c) || !empty || !c->past.served_certified)
		return false;
	title(out, "The server asked for a client certificate, got none, and closed soon after: it may require one.");
	out->confidence = CONFIDENCE_POSSIBLE;
	if (c->certificate_hint == HINT_EMPTY)
		say(&out->evidence, "The client's first protected record has the size of an empty Certificate.");
	else
		say(&out->evidence, "The server sent a CertificateRequest; the client answered without a certificate.");
	say(&out->evidence, "Of the clients that this server took before, %u sent a certificate.", c->past.served_certified);
	say_answer(c, out);
	say(&out->evidence, "A server for which the certificate is optional, and that closes after each answer, looks the same.");
	say(&out->next_steps, "curl -skv https://%s/ 2>&1 | grep -i certificate", f->server);
	say(&out->next_steps, "The server's log has the status of the answer (nginx: 400, in its own words 496).");
	return true;
}

/* One that took nobody whose certificate verifies most likely does not verify them. */
bool rule_rejected_afterwards(const struct facts *f, struct finding *out)
{
	const struct conn *c = f->conn;

	if (!one_answer(c) || c->role != ROLE_SERVER || !c->verdict.result || !c->past.served_certified)
		return false;
	title(out, "The client's certificate does not verify at the server, which went on and closed soon after: the program may have refused the client.");
	out->confidence = CONFIDENCE_POSSIBLE;
	say(&out->evidence, "The server's library (openssl%s%s) found: %s (%d), and went on with the handshake: what follows is left to the program.",
	    *c->verdict.version ? " " : "", c->verdict.version, c->verdict.text, c->verdict.result);
	say(&out->evidence, "Of the clients that this server took before, %u sent a certificate with which nothing was wrong.", c->past.served_certified);
	say_answer(c, out);
	say(&out->next_steps, "openssl verify -CAfile CA-OF-THE-SERVER.pem CERT.pem");
	say(&out->next_steps, "The server's log has the status of the answer (nginx: 400, in its own words 495).");
	return true;
}
