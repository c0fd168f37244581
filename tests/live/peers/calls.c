/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * calls.c - a TLS client that tells each of its calls that moves plaintext.
 *   calls PORT     every kind of call, one connection
 *   many PORT      three connections in turn on one thread
 *   threads PORT   one connection, three threads in turn
 *   fork PORT      the child goes on with the connection that its parent made
 *   pass PORT      a process connects, another one gets the socket and speaks TLS
 *   chain PORT     BIO_f_ssl: SSL_read() and SSL_write() are not called
 *   again PORT     two connections with one object, SSL_clear() between
 *   data PORT      one write with a canary, read back
 *
 * The server sends back what it gets. A line a call:
 * "LOCAL-PORT CALL ASKED BYTES", or "LOCAL-PORT CALL ASKED - SSL-ERROR".
 */
#define _GNU_SOURCE
#include <sys/ioctl.h>
#include <pthread.h>
#include <sys/wait.h>

#include "calls.h"

static void peek(SSL *ssl, size_t asked)
{
	size_t bytes = 0;
	int n = SSL_peek(ssl, block, asked);

	tell(ssl, "SSL_peek", asked, n, n);
	n = SSL_peek_ex(ssl, block, asked, &bytes);
	tell(ssl, "SSL_peek_ex", asked, n, bytes);
}

static void take_all(SSL *ssl, long bytes)
{
	while (bytes > 0) {
		long n = take(ssl, 7000);

		must(n > 0, "SSL_read");
		bytes -= n;
	}
}

static void hang_up(SSL *ssl)
{
	SSL_shutdown(ssl);
	while (take(ssl, 100) > 0)
		;
	close(SSL_get_fd(ssl));
}

static void every_kind(SSL *ssl)
{
	int wait = 0;

	put(ssl, 1);
	take(ssl, sizeof(block));
	put_ex(ssl, 300);
	peek(ssl, 10);
	take_ex(ssl, 299);
	take_ex(ssl, 299);
	put(ssl, BLOCK); /* two records */
	take_all(ssl, BLOCK);
	SSL_set_mode(ssl, SSL_MODE_AUTO_RETRY);
	/* Nothing to read: not a failure of anybody. */
	must(!ioctl(SSL_get_fd(ssl), FIONBIO, &(int){ 1 }), "FIONBIO");
	take(ssl, 50);
	take_ex(ssl, 50);
	must(!ioctl(SSL_get_fd(ssl), FIONBIO, &wait), "FIONBIO");
	hang_up(ssl);
	SSL_free(ssl);
}

static void many(const char *port)
{
	SSL *ssl[3];

	for (int i = 0; i < 3; i++)
		ssl[i] = shake(SSL_new(context), port);
	for (int round = 0; round < 3; round++)
		for (int i = 0; i < 3; i++)
			put(ssl[i], 100 * (i + 1) + round);
	for (int i = 2; i >= 0; i--)
		take_all(ssl[i], 300 * (i + 1) + 3);
	for (int i = 0; i < 3; i++) {
		hang_up(ssl[i]);
		SSL_free(ssl[i]);
	}
}

static void *one_of_three(void *ssl)
{
	static int number;

	put(ssl, 500 + number++);
	take(ssl, sizeof(block));
	return NULL;
}

static void threads(SSL *ssl)
{
	pthread_t thread;

	for (int i = 0; i < 3; i++) {
		must(!pthread_create(&thread, NULL, one_of_three, ssl), "pthread_create");
		pthread_join(thread, NULL);
	}
	hang_up(ssl);
	SSL_free(ssl);
}

static void forked(SSL *ssl)
{
	pid_t pid = fork();

	must(pid >= 0, "fork");
	if (pid) {
		close(SSL_get_fd(ssl));
		waitpid(pid, NULL, 0);
		return;
	}
	put(ssl, 700);
	take_all(ssl, 700);
	hang_up(ssl);
	_exit(0);
}

static void hand_over(int to, int fd)
{
	char room[CMSG_SPACE(sizeof(fd))] = { 0 }, byte = 0;
	struct iovec one = { &byte, 1 };
	struct msghdr m = { .msg_iov = &one, .msg_iovlen = 1, .msg_control = room,
			    .msg_controllen = sizeof(room) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	must(sendmsg(to, &m, 0) == 1, "sendmsg");
}

static int taken_over(int from)
{
	int fd;
	char room[CMSG_SPACE(sizeof(fd))], byte;
	struct iovec one = { &byte, 1 };
	struct msghdr m = { .msg_iov = &one, .msg_iovlen = 1, .msg_control = room,
			    .msg_controllen = sizeof(room) };

	must(recvmsg(from, &m, 0) == 1 && CMSG_FIRSTHDR(&m), "recvmsg");
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(fd));
	return fd;
}

static void pass(const char *port)
{
	int pair[2], fd;
	pid_t pid;
	SSL *ssl;

	must(!socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), "socketpair");
	pid = fork();
	must(pid >= 0, "fork");
	if (pid) {
		fd = dial(port);
		hand_over(pair[0], fd);
		close(fd);
		waitpid(pid, NULL, 0);
		return;
	}
	ssl = SSL_new(context);
	SSL_set_fd(ssl, taken_over(pair[1]));
	must(SSL_connect(ssl) == 1, "SSL_connect");
	put(ssl, 600);
	take_all(ssl, 600);
	hang_up(ssl);
	_exit(0);
}

static void chain(const char *port)
{
	char where[64];
	BIO *bio = BIO_new_ssl_connect(context);
	SSL *ssl;
	int left = 900;

	snprintf(where, sizeof(where), "127.0.0.1:%s", port);
	BIO_set_conn_hostname(bio, where);
	BIO_get_ssl(bio, &ssl);
	must(BIO_do_connect(bio) == 1 && BIO_do_handshake(bio) == 1, "BIO_do_handshake");
	must(BIO_write(bio, block, left) == left, "BIO_write");
	while (left > 0)
		left -= BIO_read(bio, block, left);
	printf("%d chain 0 0\n", local_port(ssl));
	fflush(stdout);
	/* The server's certificate is nobody's: a reason that TLS gives inside of BIO_read(). */
	BIO_free_all(bio);
}

static void again(const char *port)
{
	SSL *ssl = SSL_new(context);

	for (int i = 0; i < 2; i++) {
		shake(ssl, port);
		put(ssl, 800 + i);
		take_all(ssl, 800 + i);
		hang_up(ssl);
		must(SSL_clear(ssl) == 1, "SSL_clear");
	}
	SSL_free(ssl);
}

static void data(SSL *ssl)
{
	memcpy(block, "\"canary\"\n\0\377", 11);
	memset(block + 11, 'x', 600);
	put(ssl, 611);
	take_all(ssl, 611);
	hang_up(ssl);
	SSL_free(ssl);
}

int main(int argc, char **argv)
{
	const char *port = argc > 2 ? argv[2] : "";
	char mode = argc > 2 ? argv[1][0] : 0;

	context = SSL_CTX_new(TLS_client_method());
	switch (mode) {
	case 'c': argv[1][1] == 'h' ? chain(port) : every_kind(shake(SSL_new(context), port)); break;
	case 'm': many(port); break;
	case 't': threads(shake(SSL_new(context), port)); break;
	case 'p': pass(port); break;
	case 'f': forked(shake(SSL_new(context), port)); break;
	case 'a': again(port); break;
	case 'd': data(shake(SSL_new(context), port)); break;
	default: return 2;
	}
	return 0;
}
