/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * healthy.c - TLS connections that all work, over the grid of versions, suites, groups, ways
 * to resume, certificates of either end, and ways to end.
 *   healthy PORT COUNT CA EC-CERT EC-KEY RSA-CERT RSA-KEY USER-CERT USER-KEY
 *
 * A child serves, this process connects, COUNT times, and prints for each
 * "port version resumed client-certificate". Whatever does not go well ends it with 1.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#define COUNT(list) (sizeof(list) / sizeof(*list))
#define ROUND 4 /* connections that share a session: the first makes it */
#define DATA_BYTES 20000 /* at most, a reply: two records */

static const char *const suites12[] = {
	"ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305",
	"ECDHE-ECDSA-AES128-CCM", "ECDHE-ECDSA-AES256-CCM8", "ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA384",
	"ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-AES128-GCM-SHA256",
	"ECDHE-RSA-CHACHA20-POLY1305", "ECDHE-RSA-AES256-SHA384", "ECDHE-RSA-AES128-SHA", "ECDHE-RSA-CAMELLIA128-SHA256",
	"ECDHE-ARIA256-GCM-SHA384", "AES128-GCM-SHA256", "AES256-SHA256", "AES128-SHA", "AES256-CCM8",
	"CAMELLIA256-SHA" };
static const char *const suites10[] = { "ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES256-SHA", "AES128-SHA", "CAMELLIA128-SHA" };
static const char *const suites13[] = { "TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256",
					"TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256" };
/* With the curve of the certificate, which TLS 1.2 wants named too. */
static const char *const groups[] = { "X25519:P-256", "P-256", "P-384:P-256", "P-521:X448:P-256", "X448:P-384:P-256" };
static const char *const names[] = { "", "good.test" };
static const int versions[] = { TLS1_3_VERSION, TLS1_2_VERSION, TLS1_3_VERSION, TLS1_2_VERSION, TLS1_3_VERSION,
				TLS1_2_VERSION, TLS1_1_VERSION, TLS1_VERSION };

static void must(int good, const char *what)
{
	if (good)
		return;
	perror(what);
	ERR_print_errors_fp(stderr);
	exit(1);
}

static int alpn(SSL *ssl, const unsigned char **out, unsigned char *length, const unsigned char *in, unsigned int count, void *arg)
{
	(void)ssl, (void)count, (void)arg;
	*out = in + 1;
	*length = in[0];
	return SSL_TLSEXT_ERR_OK;
}

static SSL_CTX *context(const SSL_METHOD *method, char **argv)
{
	SSL_CTX *c = SSL_CTX_new(method);

	SSL_CTX_set_security_level(c, 0);
	SSL_CTX_set_min_proto_version(c, TLS1_VERSION);
	must(SSL_CTX_load_verify_locations(c, argv[3], NULL), "CA");
	return c;
}

static void pair(SSL_CTX *c, char **files)
{
	must(SSL_CTX_use_certificate_file(c, files[0], SSL_FILETYPE_PEM) &&
	     SSL_CTX_use_PrivateKey_file(c, files[1], SSL_FILETYPE_PEM), files[0]);
}

/* What a client's request asks for. */
struct wish {
	char close_first; /* the server says farewell first, and waits */
	char records;
};

static void answer(SSL *ssl)
{
	static const char data[DATA_BYTES];
	struct wish wish;

	must(SSL_accept(ssl) == 1, "accept");
	while (SSL_read(ssl, &wish, sizeof(wish)) == (int)sizeof(wish)) {
		must(SSL_write(ssl, data, 1 + wish.records * (DATA_BYTES / 2 - 1)) > 0, "write");
		if (wish.close_first)
			break;
	}
	SSL_shutdown(ssl);
	if (wish.close_first)
		SSL_read(ssl, &wish, sizeof(wish));
}

static void serve(int listener, char **argv)
{
	SSL_CTX *c = context(TLS_server_method(), argv);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pair(c, argv + 4);
	pair(c, argv + 6);
	SSL_CTX_set_alpn_select_cb(c, alpn, NULL);
	SSL_CTX_set_cipher_list(c, "ALL");
	SSL_CTX_set_ciphersuites(c, "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:"
				    "TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256");
	/* Of a client that prefers another one a HelloRetryRequest asks for one of these. */
	SSL_CTX_set1_groups_list(c, "P-256:P-384:X448");
	SSL_CTX_set_session_id_context(c, (const void *)"grid", 4);
	for (unsigned long i = 0;; i++) {
		int fd = accept(listener, NULL, NULL), one = 1;
		SSL *ssl = SSL_new(c);

		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		SSL_set_verify(ssl, i / ROUND % 5 == 0 ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, NULL);
		must(SSL_set_fd(ssl, fd), "socket");
		answer(ssl);
		SSL_free(ssl);
		close(fd);
	}
}

static void choose(SSL *ssl, unsigned long i, unsigned long round)
{
	int version = versions[round % COUNT(versions)];
	unsigned long at = round / COUNT(versions);
	const char *name = names[round % COUNT(names)];

	SSL_set_min_proto_version(ssl, version);
	SSL_set_max_proto_version(ssl, version);
	SSL_set_cipher_list(ssl, version < TLS1_2_VERSION ? suites10[at % COUNT(suites10)] : suites12[at % COUNT(suites12)]);
	SSL_set_ciphersuites(ssl, suites13[at % COUNT(suites13)]);
	SSL_set1_groups_list(ssl, groups[round % COUNT(groups)]);
	if (*name)
		SSL_set_tlsext_host_name(ssl, name);
	if (round % 3 == 0)
		SSL_set_alpn_protos(ssl, (const unsigned char *)"\2h2", 3);
	if (round % 7 < 3 && version < TLS1_3_VERSION)
		SSL_set_options(ssl, SSL_OP_NO_TICKET);
	if (i % 11 == 0)
		SSL_set_mode(ssl, SSL_MODE_SEND_FALLBACK_SCSV * (version == TLS1_3_VERSION));
}

static void talk(SSL *ssl, unsigned long i)
{
	struct wish wish = { .close_first = i % 4 == 3, .records = i % 3 };
	char buffer[16384];

	must(SSL_connect(ssl) == 1, "connect");
	for (unsigned long times = 0; times < (wish.close_first ? 1 : 1 + i % 2); times++) {
		int left = 1 + wish.records * (DATA_BYTES / 2 - 1);

		must(SSL_write(ssl, &wish, sizeof(wish)) > 0, "ask");
		while (left > 0) {
			int got = SSL_read(ssl, buffer, sizeof(buffer));

			must(got > 0, "read");
			left -= got;
		}
	}
	if (wish.close_first)
		must(SSL_read(ssl, buffer, 1) == 0 && SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN, "the server's farewell");
	SSL_shutdown(ssl);
	if (!wish.close_first)
		must(SSL_read(ssl, buffer, 1) <= 0, "the answer to ours");
}

static SSL_SESSION *connect_once(SSL_CTX *c, const struct sockaddr_in *to, unsigned long i, unsigned long round, SSL_SESSION *session)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	struct sockaddr_in own;
	socklen_t bytes = sizeof(own);
	SSL *ssl = SSL_new(c);

	must(!connect(fd, (const void *)to, sizeof(*to)), "connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	must(!getsockname(fd, (void *)&own, &bytes) && SSL_set_fd(ssl, fd), "socket");
	choose(ssl, i, round);
	if (session)
		SSL_set_session(ssl, session);
	talk(ssl, i);
	printf("%u %s %d %d\n", ntohs(own.sin_port), SSL_get_version(ssl), SSL_session_reused(ssl), round % 5 == 0);
	SSL_SESSION_free(session);
	session = SSL_get1_session(ssl);
	SSL_free(ssl);
	must(recv(fd, &own, 1, 0) == 0, "the server's end");
	close(fd);
	return session;
}

int main(int argc, char **argv)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	unsigned long count = argc == 10 ? strtoul(argv[2], NULL, 10) : 0;
	SSL_CTX *plain, *with_pair;
	SSL_SESSION *session = NULL;
	pid_t child;

	must(count, "arguments");
	at.sin_port = htons(atoi(argv[1]));
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	must(!bind(listener, (void *)&at, sizeof(at)) && !listen(listener, 16), "listen");
	fflush(stdout);
	child = fork();
	if (!child)
		serve(listener, argv);
	close(listener);
	plain = context(TLS_client_method(), argv);
	with_pair = context(TLS_client_method(), argv);
	SSL_CTX_set_verify(plain, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_verify(with_pair, SSL_VERIFY_PEER, NULL);
	pair(with_pair, argv + 8);
	for (unsigned long i = 0; i < count; i++) {
		unsigned long round = i / ROUND;

		if (i % ROUND == 0) {
			SSL_SESSION_free(session);
			session = NULL;
		}
		session = connect_once(round % 10 == 0 ? with_pair : plain, &at, i, round, session);
	}
	kill(child, SIGKILL);
	return 0;
}
