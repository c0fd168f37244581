/* SPDX-License-Identifier: GPL-2.0-only */
/* diagnose.c - the rules in one table: the first that fires is what is said. */
#include "diagnose/diagnose.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "diagnose/facts.h"
#include "model/roles.h"

struct row {
	const char *code;
	enum severity severity;
	rule *rule;
};

static const struct row rules[] = {
	{ "proxy-header-unexpected", SEVERITY_ERROR, rule_proxy },
	{ "plaintext-to-tls-port", SEVERITY_ERROR, rule_plain_client },
	{ "tls-to-plaintext-port", SEVERITY_ERROR, rule_plain_server },
	{ "record-sequence-broken", SEVERITY_ERROR, rule_sequence },
	{ "extended-master-secret-mismatch", SEVERITY_ERROR, rule_master_secret },
	{ "downgrade-detected", SEVERITY_ERROR, rule_sentinel },
	{ "altered-in-transit", SEVERITY_ERROR, rule_altered },
	{ "resumed-session-keys-differ", SEVERITY_ERROR, rule_resumed_keys },
	{ "resumed-session-keys-differ", SEVERITY_ERROR, rule_binder },
	{ "full-handshake-keys-differ", SEVERITY_ERROR, rule_full_keys },
	{ "full-handshake-keys-differ", SEVERITY_ERROR, rule_wrong_signature },
	{ "record-corrupted-mid-stream", SEVERITY_ERROR, rule_mid_stream },
	{ "client-certificate-required", SEVERITY_ERROR, rule_client_required },
	{ "client-certificate-rejected", SEVERITY_ERROR, rule_client_rejected },
	{ "certificate-not-yet-valid", SEVERITY_ERROR, rule_not_yet_valid },
	{ "certificate-expired", SEVERITY_ERROR, rule_expired },
	{ "certificate-chain-incomplete", SEVERITY_ERROR, rule_chain },
	{ "certificate-untrusted", SEVERITY_ERROR, rule_untrusted },
	{ "certificate-revoked", SEVERITY_ERROR, rule_revoked },
	{ "server-name-rejected", SEVERITY_ERROR, rule_other_certificate },
	{ "certificate-name-mismatch", SEVERITY_ERROR, rule_name_mismatch },
	{ "certificate-wrong-purpose", SEVERITY_ERROR, rule_purpose },
	{ "certificate-weak-key", SEVERITY_ERROR, rule_weak_key },
	{ "certificate-rejected", SEVERITY_ERROR, rule_stapling },
	{ "certificate-rejected", SEVERITY_ERROR, rule_certificate },
	{ "certificate-rejected", SEVERITY_ERROR, rule_certificate_unclear },
	{ "version-mismatch", SEVERITY_ERROR, rule_version },
	{ "no-shared-alpn", SEVERITY_ERROR, rule_alpn },
	{ "server-name-missing", SEVERITY_ERROR, rule_name_missing },
	{ "server-name-rejected", SEVERITY_ERROR, rule_name },
	{ "psk-identity-unknown", SEVERITY_ERROR, rule_psk },
	{ "downgrade-detected", SEVERITY_ERROR, rule_fallback },
	{ "renegotiation-refused", SEVERITY_ERROR, rule_renegotiation },
	{ "no-shared-group", SEVERITY_ERROR, rule_group },
	{ "no-shared-signature-algorithm", SEVERITY_ERROR, rule_signature },
	{ "no-shared-signature-algorithm", SEVERITY_ERROR, rule_signature_unfit },
	{ "no-shared-group", SEVERITY_ERROR, rule_group_unusual },
	{ "no-shared-cipher", SEVERITY_ERROR, rule_cipher },
	{ "client-certificate-rejected", SEVERITY_ERROR, rule_found_client },
	{ "certificate-not-yet-valid", SEVERITY_ERROR, rule_found_early },
	{ "certificate-expired", SEVERITY_ERROR, rule_found_expired },
	{ "certificate-revoked", SEVERITY_ERROR, rule_found_revoked },
	{ "certificate-name-mismatch", SEVERITY_ERROR, rule_found_name },
	{ "certificate-wrong-purpose", SEVERITY_ERROR, rule_found_purpose },
	{ "certificate-weak-key", SEVERITY_ERROR, rule_found_weak },
	{ "certificate-untrusted", SEVERITY_ERROR, rule_found_untrusted },
	{ "certificate-rejected", SEVERITY_ERROR, rule_found_bad },
	{ "internal-error-at-peer", SEVERITY_ERROR, rule_internal },
	{ "malformed-message", SEVERITY_ERROR, rule_malformed },
	{ "handshake-stalled", SEVERITY_ERROR, rule_stalled },
	{ "peer-reset-during-handshake", SEVERITY_ERROR, rule_reset },
	{ "peer-closed-during-handshake", SEVERITY_ERROR, rule_closed },
	{ "handshake-failed-unexplained", SEVERITY_ERROR, rule_unexplained },
};

static const struct {
	struct row row;
	enum moment moment;
} remarks[] = {
	{ { "unsafe-protocol", SEVERITY_WARNING, rule_unsafe }, AT_SUCCESS },
	{ { "downgrade-detected", SEVERITY_WARNING, rule_sentinel_passed }, AT_SUCCESS },
	{ { "handshake-slow", SEVERITY_WARNING, rule_slow }, AT_SUCCESS },
	{ { "ticket-not-accepted", SEVERITY_INFO, rule_ticket }, AT_SUCCESS },
	{ { "client-certificate-rejected", SEVERITY_WARNING, rule_found_client }, AT_CLOSE },
	{ { "certificate-not-yet-valid", SEVERITY_WARNING, rule_found_early }, AT_CLOSE },
	{ { "certificate-expired", SEVERITY_WARNING, rule_found_expired }, AT_CLOSE },
	{ { "certificate-revoked", SEVERITY_WARNING, rule_found_revoked }, AT_CLOSE },
	{ { "certificate-wrong-purpose", SEVERITY_WARNING, rule_found_purpose }, AT_CLOSE },
	{ { "certificate-weak-key", SEVERITY_WARNING, rule_found_weak }, AT_CLOSE },
	{ { "certificate-untrusted", SEVERITY_WARNING, rule_found_untrusted }, AT_CLOSE },
	{ { "closed-without-close-notify", SEVERITY_WARNING, rule_no_close_notify }, AT_CLOSE },
	{ { "certificate-name-mismatch", SEVERITY_WARNING, rule_name_afterwards }, AT_CLOSE },
	{ { "certificate-name-mismatch", SEVERITY_INFO, rule_name_unheard }, AT_CLOSE },
	{ { "client-certificate-rejected", SEVERITY_WARNING, rule_rejected_afterwards }, AT_CLOSE },
	{ { "client-certificate-required", SEVERITY_INFO, rule_required_afterwards }, AT_CLOSE },
	{ { "client-specific", SEVERITY_INFO, rule_client_specific }, AT_FAILURE },
	{ { "peer-specific", SEVERITY_INFO, rule_peer_specific }, AT_FAILURE },
};

/* The name came from the network: it goes into a command only if it is a host name. */
static void name_option(const char *name, char *text, size_t bytes)
{
	size_t length = strlen(name);

	*text = 0;
	if (!length || name[0] == '-' || length + sizeof(" -servername ") > bytes)
		return;
	for (size_t i = 0; i < length; i++)
		if (!isascii(name[i]) || !(isalnum(name[i]) || name[i] == '.' || name[i] == '-' ||
					   name[i] == '_'))
			return;
	memcpy(stpcpy(text, " -servername "), name, length + 1);
}

/* A warning ends no handshake; but a close_notify does, whatever its level. */
static bool ends_it(const struct alert *a)
{
	return a && (!a->readable || a->level == 2 || a->description == CLOSE_NOTIFY_ALERT);
}

/* The local library's last word, if it is why the alert was sent, or there is none. */
static const struct library_error *own_error(const struct facts *f)
{
	const struct library_error *e = &f->conn->error;

	bool unsure = e->guessed && !(f->alert && f->alert->by_library) && !(e->not_tls && f->client_text->seen);

	if (!e->library || unsure || e->received >= 0 ||
	    (f->alert && !f->alert->sent && !f->peer_gone))
		return NULL;
	return e;
}

/* The same of the other end, when that is on this host. */
static const struct library_error *peer_error(const struct facts *f)
{
	const struct library_error *e = &f->conn->peer_error;

	return e->library && (!f->alert || !f->alert->sent || f->peer_gone) ? e : NULL;
}

static void gather_library(struct facts *f)
{
	const struct library_error *own, *peer;

	f->peer_gone = f->alert && f->alert->peer_gone;
	own = own_error(f);
	f->peer_gone &= !(own && !own->ends_quietly && own->sends == f->code && f->code >= 0);
	f->peer_gone |= own && own->ends_quietly && (f->code == DECODE_ERROR || f->code < 0);
	/* With nothing there to decode it is the end of the stream that does not fit (OpenSSL 3). */
	f->peer_gone |= f->code == DECODE_ERROR && f->by == ROLE_CLIENT && !f->conn->server.seen &&
			!f->answered && !f->server_text->seen && !f->conn->established;
	peer = peer_error(f);
	f->error = own && !(peer && own->ends_quietly) ? own : peer;
	if (!f->error)
		return;
	f->error_by = f->error == peer ? other_end(f->conn->role) : f->conn->role;
	f->verify = f->error->verify_text ? f->error->verify : 0;
	f->reason = strcmp(f->error->library, "openssl") ? f->error->cause : f->error->reason;
	f->gnutls = strcmp(f->error->library, "gnutls") ? 0 : f->error->reason;
}

/*
 * One end failed, and its alert never left: a program that carries the bytes itself
 * may just close. What it would have said is why.
 */
static void gather_unsaid(struct facts *f)
{
	if (!f->error || f->error->sends < 0 || f->error->ends_quietly || (f->alert && !f->peer_gone))
		return;
	f->alert = NULL;
	f->answered = NULL;
	f->peer_gone = false;
	f->code = f->error->sends;
	f->by = f->error_by;
}

static void gather(struct facts *f)
{
	const struct alert *a = f->alert = ends_it(f->alert) ? f->alert : NULL;
	const struct endpoint *server = server_of(f->conn);
	int client = f->conn->role == ROLE_SERVER;

	f->client_text = &f->conn->plain[client];
	f->server_text = &f->conn->plain[!client];
	address_text(server, f->address);
	endpoint_text(server, f->server);
	name_option(f->conn->client.server_name, f->name, sizeof(f->name));
	f->code = a && a->readable ? a->description : -1;
	f->by = a ? a->sender : ROLE_UNKNOWN;
	for (int i = 0; a && i < a->after_count; i++) {
		if (a->after[i].sender == f->by)
			continue;
		f->answered = &a->after[i];
		f->protected_before += a->after[i].encrypted;
	}
	if (a && a->time_ns)
		f->time_ns = a->time_ns;
	gather_library(f);
	gather_unsaid(f);
}

static bool fires(const struct row *row, const struct facts *facts, struct finding *finding)
{
	/* Its text is long, and most rules write none of it. */
	finding->code = row->code;
	finding->severity = row->severity;
	finding->confidence = CONFIDENCE_POSSIBLE;
	*finding->title = 0;
	finding->evidence.count = finding->ruled_out.count = finding->next_steps.count = 0;
	return row->rule(facts, finding);
}

bool diagnose(const struct conn *conn, const struct alert *alert, int64_t time_ns,
	      struct finding *finding)
{
	struct facts facts = { .conn = conn, .alert = alert, .time_ns = time_ns };
	bool late = conn->established && alert &&
		    ((alert->readable && alert->level == 2) || refuses_unseen(conn, alert) ||
		     (!alert->readable && alert->sent && library_failed_inside(&conn->error)) ||
		     (!alert->readable && conn->difference.kind));

	if (!conn->failed && !conn->stalled && !late)
		return false;
	gather(&facts);
	/* How it was closed is the remark at its close; that it stalled was the finding. */
	if (facts.peer_gone && (conn->established || (conn->stalled && conn->failed)))
		return false;
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		if (fires(&rules[i], &facts, finding)) {
			if (rules[i].rule != rule_altered && rules[i].rule != rule_sequence)
				say_difference(&facts, finding);
			return true;
		}
	return false;
}

bool diagnose_remark(const struct conn *conn, enum moment moment, int64_t time_ns, size_t *next,
		     struct finding *finding)
{
	struct facts facts = { .conn = conn, .time_ns = time_ns };

	/* What there is to say of a handshake that failed was said then. */
	if (moment == AT_CLOSE && conn->failed)
		return false;
	gather(&facts);
	while (*next < sizeof(remarks) / sizeof(*remarks)) {
		size_t i = (*next)++;

		if (remarks[i].moment == moment && fires(&remarks[i].row, &facts, finding))
			return true;
	}
	return false;
}
