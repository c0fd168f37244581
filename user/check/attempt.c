/* SPDX-License-Identifier: GPL-2.0-only */
#include "check/attempt.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <stdio.h>
#include <string.h>

#include "check/callbacks.h"
#include "check/channel.h"
#include "check/starttls.h"
#include "util/clock.h"

#define LINGER_NS 1000000000LL /* for what a server says after the handshake, and its close */

struct talk {
	struct attempt *a;
	struct channel channel;
	SSL *ssl;
	BIO *in, *out; /* the SSL object's */
	int64_t limit_ns;
};

/* What the library has written goes out. */
static int flush(struct talk *t)
{
	char *data;
	long bytes = BIO_get_mem_data(t->out, &data);
	int err = bytes > 0 ? channel_write(&t->channel, data, (size_t)bytes) : 0;

	(void)BIO_reset(t->out);
	return err;
}

static void look_at_first(struct attempt *a, const struct channel *c, const uint8_t *data, ssize_t bytes)
{
	/* RFC 8446 5.1: content types 20 to 24, major version 3. */
	if ((size_t)bytes == c->received && bytes > 1)
		a->not_tls = data[0] < 20 || data[0] > 24 || data[1] != 3;
}

/* More of the server's bytes into the library; 0 at their end. */
static ssize_t feed(struct talk *t, bool first)
{
	uint8_t data[16384];
	ssize_t got = channel_read(&t->channel, data, sizeof(data));

	if (got > 0) {
		if (first)
			look_at_first(t->a, &t->channel, data, got);
		BIO_write(t->in, data, (int)got);
	} else if (!got) {
		BIO_set_mem_eof_return(t->in, 0);
	}
	OPENSSL_cleanse(data, got > 0 ? (size_t)got : 0);
	return got;
}

static void ended(struct attempt *a, int err)
{
	switch (-err) {
	case 0:
	case ENODATA: a->end = ATTEMPT_CLOSED; return;
	case ETIMEDOUT: a->end = ATTEMPT_SILENT; return;
	case EMSGSIZE: a->end = ATTEMPT_ENDLESS; return;
	case EINTR: a->end = ATTEMPT_STOPPED; return;
	case EPIPE:
	case ECONNRESET: a->end = ATTEMPT_RESET; return;
	}
	a->end = ATTEMPT_UNREACHABLE;
	snprintf(a->why, sizeof(a->why), "%s", strerror(-err));
}

/* True when the handshake is over and good. */
static bool shake(struct talk *t)
{
	bool first = true;

	for (;;) {
		int got = SSL_do_handshake(t->ssl), why = SSL_get_error(t->ssl, got);
		ssize_t fed;
		int err;

		if (why == SSL_ERROR_SSL || why == SSL_ERROR_SYSCALL)
			callbacks_error(t->a, t->ssl, false);
		err = flush(t);
		if (got == 1)
			return true;
		if (why != SSL_ERROR_WANT_READ) {
			t->a->end = ATTEMPT_FAILED;
			if (t->a->error.reason == SSL_R_UNEXPECTED_EOF_WHILE_READING)
				t->a->end = ATTEMPT_CLOSED;
			return false;
		}
		/* What the server said before it hung up can still be read. */
		fed = err && err != -EPIPE && err != -ECONNRESET ? err : feed(t, first);
		if (fed < 0) {
			ended(t->a, (int)fed);
			return false;
		}
		first = false;
	}
}

/*
 * Say that nothing will be sent, and read what the server sends still: tickets, or an
 * alert about the client's last flight. The library would pass over tickets once it has
 * sent close_notify, so it is made to forget that.
 */
static void listen_on(struct talk *t)
{
	int64_t now_ns = clock_ns(CLOCK_MONOTONIC);
	/* The way to a far server and back takes its part of the handshake's time. */
	int64_t linger_ns = LINGER_NS + t->a->handshake_ns;
	ssize_t fed = 1;
	uint8_t data[4096];

	SSL_shutdown(t->ssl);
	if (!flush(t))
		channel_finish(&t->channel);
	SSL_set_shutdown(t->ssl, 0);
	t->channel.deadline_ns = now_ns + (linger_ns < t->limit_ns ? linger_ns : t->limit_ns);
	while (fed > 0) {
		int got, why;

		ERR_clear_error();
		got = SSL_read(t->ssl, data, sizeof(data));
		why = SSL_get_error(t->ssl, got);
		OPENSSL_cleanse(data, sizeof(data));
		if (got > 0)
			continue;
		if (why == SSL_ERROR_SSL)
			callbacks_error(t->a, t->ssl, true);
		fed = why == SSL_ERROR_WANT_READ ? feed(t, false) : 0;
	}
	t->a->cut = fed == -ETIMEDOUT;
	/* Else the sessions of the connection could not be resumed. */
	SSL_set_shutdown(t->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
	t->a->end = t->a->alert >= 0 || t->a->error.reason ? ATTEMPT_FAILED : ATTEMPT_OK;
}

static void note_server(struct talk *t)
{
	const SSL_CIPHER *cipher = SSL_get_current_cipher(t->ssl);

	if (cipher)
		t->a->cipher = SSL_CIPHER_standard_name(cipher);
}

static bool is_address(const char *text)
{
	uint8_t address[16];

	return inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1;
}

/* False: out of memory. */
static bool prepare(struct talk *t)
{
	struct attempt *a = t->a;

	t->ssl = SSL_new(a->client);
	t->in = BIO_new(BIO_s_mem());
	t->out = BIO_new(BIO_s_mem());
	if (!t->ssl || !t->in || !t->out) {
		BIO_free(t->in);
		BIO_free(t->out);
		SSL_free(t->ssl);
		return false;
	}
	SSL_set_bio(t->ssl, t->in, t->out);
	callbacks_set(a, t->ssl);
	SSL_set_connect_state(t->ssl);
	if (a->name)
		SSL_set_tlsext_host_name(t->ssl, a->name);
	if (a->verify_name && is_address(a->verify_name))
		X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(t->ssl), a->verify_name);
	else if (a->verify_name)
		SSL_set1_host(t->ssl, a->verify_name);
	if (a->session)
		SSL_set_session(t->ssl, a->session);
	return true;
}

static void over_tls(struct talk *t, int64_t begin_ns)
{
	struct attempt *a = t->a;

	if (!prepare(t)) {
		a->end = ATTEMPT_UNREACHABLE;
		snprintf(a->why, sizeof(a->why), "out of memory");
		return;
	}
	ERR_clear_error();
	a->established = shake(t);
	a->handshake_ns = clock_ns(CLOCK_MONOTONIC) - begin_ns;
	note_server(t);
	if (a->established) {
		a->resumed = SSL_session_reused(t->ssl);
		listen_on(t);
	}
	SSL_free(t->ssl);
}

/* What keeps TLS from even beginning. */
static void before_tls(struct talk *t, const struct check_config *config, int err, const char *why)
{
	struct attempt *a = t->a;

	if (err == -EINTR) {
		a->end = ATTEMPT_STOPPED;
		return;
	}
	a->end = ATTEMPT_UNREACHABLE;
	snprintf(a->why, sizeof(a->why), "STARTTLS of %s: %s", config->starttls,
		 err == -1 && *why ? why :
		 err == -ENODATA   ? "the server closed the connection" :
		 err == -ETIMEDOUT ? "the server does not answer" :
		 err == -EMSGSIZE  ? "the server's answer does not end" :
				     strerror(-err));
}

void attempt(struct attempt *a, const struct check_config *config, const struct check_out *out,
	     const struct sockaddr *to, socklen_t to_bytes)
{
	struct talk t = { .a = a, .limit_ns = config->limit_ns };
	int64_t begin_ns = clock_ns(CLOCK_MONOTONIC);
	char why[STARTTLS_WHY_BYTES] = "";
	int err;

	a->alert = -1;
	a->out = out;
	err = channel_open(&t.channel, config, out, to, to_bytes);
	if (err) {
		a->end = err == -EINTR ? ATTEMPT_STOPPED : ATTEMPT_UNREACHABLE;
		snprintf(a->why, sizeof(a->why), "%s", strerror(-err));
		return;
	}
	a->connected = true;
	if (config->starttls)
		err = starttls(&t.channel, config->starttls, config->server_name ? config->server_name :
			       config->host, why);
	if (err)
		before_tls(&t, config, err, why);
	else
		over_tls(&t, begin_ns);
	channel_close(&t.channel);
}

void attempt_reason(const struct attempt *a, char text[CHECK_REASON_BYTES])
{
	static const char *const ends[] = {
		[ATTEMPT_OK] = "",
		[ATTEMPT_FAILED] = "the library gives no reason",
		[ATTEMPT_CLOSED] = "the server closed the connection",
		[ATTEMPT_RESET] = "the server reset the connection",
		[ATTEMPT_SILENT] = "no answer within the time limit",
		[ATTEMPT_ENDLESS] = "the server sends more than a handshake has",
		[ATTEMPT_STOPPED] = "interrupted",
	};
	const char *words = ERR_reason_error_string(ERR_PACK(ERR_LIB_SSL, 0, a->error.reason));
	size_t used;

	if (a->end == ATTEMPT_UNREACHABLE)
		snprintf(text, CHECK_REASON_BYTES, "%s", a->why);
	else if (a->end == ATTEMPT_FAILED && a->error.reason)
		snprintf(text, CHECK_REASON_BYTES, "%s", words ? words : "unknown reason");
	else
		snprintf(text, CHECK_REASON_BYTES, "%s", ends[a->end]);
	for (int i = 0; a->error.verify > 0 && i < ATTEMPT_FAULTS && a->faults[i]; i++) {
		used = strlen(text);
		snprintf(text + used, CHECK_REASON_BYTES - used, "%s %s", i ? ";" : ":",
			 X509_verify_cert_error_string(a->faults[i]));
	}
}

void attempt_free(struct attempt *a)
{
	for (int i = 0; i < ATTEMPT_SESSIONS; i++)
		SSL_SESSION_free(a->sessions[i]);
}
