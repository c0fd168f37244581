/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * load.c - many TLS connections, or much data, by a peer that counts.
 *   forks PORT COUNT     COUNT processes, one connection each: a line "port pid" each
 *   loop PORT COUNT      COUNT connections of this process, one after the other
 *   send PORT CERT KEY BYTES  a server of one connection that sends BYTES
 *   recv PORT VERSION    its client, VERSION 2 or 3
 *   pour PORT VERSION    the same, but splices what follows the handshake to nowhere
 *
 * The server's address is $LOAD_ADDRESS or 127.0.0.1. All but the first two print what they sent:
 * "records bytes app_records app_bytes", bytes with the headers, app_bytes without.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define AT_ONCE 32

static unsigned long records, bytes, app_records, app_bytes;

static void count(int sent, int version, int type, const void *data, size_t size, SSL *ssl, void *arg)
{
	const unsigned char *h = data;

	(void)version, (void)ssl, (void)arg;
	if (type != SSL3_RT_HEADER || !sent || size < 5)
		return;
	records++;
	bytes += 5 + (h[3] << 8 | h[4]);
	if (h[0] != SSL3_RT_APPLICATION_DATA)
		return;
	app_records++;
	app_bytes += h[3] << 8 | h[4];
}

static void must(int good, const char *what)
{
	if (!good) {
		perror(what);
		exit(1);
	}
}

static struct sockaddr_in local(const char *port)
{
	const char *address = getenv("LOAD_ADDRESS");

	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(atoi(port)),
				     .sin_addr.s_addr = inet_addr(address ? address : "127.0.0.1") };
}

static SSL *dial(SSL_CTX *context, const char *port)
{
	struct sockaddr_in to = local(port);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	SSL *ssl = SSL_new(context);

	must(!connect(fd, (void *)&to, sizeof(to)), "connect");
	SSL_set_fd(ssl, fd);
	must(SSL_connect(ssl) == 1, "SSL_connect");
	return ssl;
}

static void hang_up(SSL *ssl)
{
	SSL_shutdown(ssl);
	close(SSL_get_fd(ssl));
	SSL_free(ssl);
}

static void child(SSL_CTX *context, const char *port)
{
	struct sockaddr_in name;
	socklen_t size = sizeof(name);
	SSL *ssl = dial(context, port);
	char line[64];
	int length;

	getsockname(SSL_get_fd(ssl), (void *)&name, &size);
	length = snprintf(line, sizeof(line), "%d %d\n", ntohs(name.sin_port), getpid());
	must(write(1, line, length) == length, "write");
	hang_up(ssl);
	_exit(0);
}

static void forks(SSL_CTX *context, const char *port, int number)
{
	for (int i = 0; i < number; i++) {
		pid_t pid;

		if (i >= AT_ONCE)
			must(wait(NULL) > 0, "wait");
		pid = fork();
		must(pid >= 0, "fork");
		if (!pid)
			child(context, port);
	}
	while (wait(NULL) > 0) {}
}

static void serve(SSL_CTX *context, char **argv)
{
	struct sockaddr_in at = local(argv[2]);
	int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
	static char block[16384];
	SSL *ssl = SSL_new(context);

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	must(!bind(listener, (void *)&at, sizeof(at)) && !listen(listener, 1), "listen");
	SSL_set_fd(ssl, accept(listener, NULL, NULL));
	must(SSL_accept(ssl) == 1, "SSL_accept");
	for (long left = atol(argv[5]); left > 0; left -= sizeof(block))
		must(SSL_write(ssl, block, sizeof(block)) == sizeof(block), "SSL_write");
	SSL_shutdown(ssl);
	shutdown(SSL_get_fd(ssl), SHUT_WR); /* who pours sees no close_notify */
	while (SSL_read(ssl, block, sizeof(block)) > 0)
		;
	hang_up(ssl);
}

/* A reader whose bytes never pass through a buffer of a process. */
static void splice_all(int fd)
{
	int ends[2], nowhere = open("/dev/null", O_WRONLY);
	ssize_t moved;

	must(!pipe(ends) && nowhere >= 0, "pipe");
	while ((moved = splice(fd, NULL, ends[1], NULL, 65536, 0)) > 0)
		must(splice(ends[0], NULL, nowhere, NULL, moved, 0) == moved, "splice");
	must(!moved, "splice");
}

int main(int argc, char **argv)
{
	SSL_CTX *context = SSL_CTX_new(TLS_method());
	char mode = argc > 3 ? argv[1][0] : 0;

	if (mode == 'f')
		forks(context, argv[2], atoi(argv[3]));
	for (int i = 0; mode == 'l' && i < atoi(argv[3]); i++)
		hang_up(dial(context, argv[2]));
	SSL_CTX_set_msg_callback(context, count);
	if (mode == 's') {
		SSL_CTX_use_certificate_file(context, argv[3], SSL_FILETYPE_PEM);
		SSL_CTX_use_PrivateKey_file(context, argv[4], SSL_FILETYPE_PEM);
		serve(context, argv);
	} else if (mode == 'r' || mode == 'p') {
		static char block[65536];
		SSL *ssl;

		SSL_CTX_set_max_proto_version(context, 0x0301 + atoi(argv[3]));
		ssl = dial(context, argv[2]);
		if (mode == 'p')
			splice_all(SSL_get_fd(ssl));
		while (mode == 'r' && SSL_read(ssl, block, sizeof(block)) > 0)
			;
		hang_up(ssl);
	}
	if (mode == 's' || mode == 'r' || mode == 'p')
		printf("%lu %lu %lu %lu\n", records, bytes, app_records, app_bytes);
	return mode == 0;
}
