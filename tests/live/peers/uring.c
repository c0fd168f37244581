/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uring.c PORT CERT KEY - a TLS server of one connection whose socket is read and
 * written by io_uring alone: TLS works in memory, the ring does the rest. Raw system
 * calls, one operation in flight at a time.
 */
#include <arpa/inet.h>
#include <linux/io_uring.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct io_uring_params params;
static unsigned char *sq, *cq;
static struct io_uring_sqe *entries;
static int ring;

static void must(int good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(1);
}

static void *map(size_t size, unsigned long long at)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, at);

	must(p != MAP_FAILED, "mmap");
	return p;
}

static void open_ring(void)
{
	ring = syscall(SYS_io_uring_setup, 4, &params);
	must(ring >= 0, "io_uring_setup");
	sq = map(params.sq_off.array + params.sq_entries * sizeof(unsigned), IORING_OFF_SQ_RING);
	cq = map(params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe),
		 IORING_OFF_CQ_RING);
	entries = map(params.sq_entries * sizeof(*entries), IORING_OFF_SQES);
}

/* One operation by a kernel worker thread (IOSQE_ASYNC), not by this thread. */
static int operate(int code, int fd, void *data, unsigned bytes)
{
	unsigned *tail = (void *)(sq + params.sq_off.tail), *head = (void *)(cq + params.cq_off.head);
	unsigned slot = *tail & (params.sq_entries - 1);
	struct io_uring_cqe *done = (void *)(cq + params.cq_off.cqes);

	memset(&entries[slot], 0, sizeof(*entries));
	entries[slot].opcode = code;
	entries[slot].flags = IOSQE_ASYNC;
	entries[slot].fd = fd;
	entries[slot].addr = (unsigned long)data;
	entries[slot].len = bytes;
	((unsigned *)(sq + params.sq_off.array))[slot] = slot;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	must(syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) == 1, "enter");
	done += *head & (params.cq_entries - 1);
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	return done->res;
}

static void flush(BIO *out, int fd)
{
	char *data;
	long bytes = BIO_get_mem_data(out, &data);

	for (long at = 0; at < bytes;) {
		int sent = operate(IORING_OP_SEND, fd, data + at, bytes - at);

		must(sent > 0, "send");
		at += sent;
	}
	(void)BIO_reset(out);
}

/* Do `call` until TLS needs nothing more from the network. */
static int pump(SSL *ssl, int fd, int (*call)(SSL *ssl))
{
	static char data[65536];

	for (;;) {
		int result = call(ssl), bytes;

		flush(SSL_get_wbio(ssl), fd);
		if (result > 0 || SSL_get_error(ssl, result) != SSL_ERROR_WANT_READ)
			return result;
		bytes = operate(IORING_OP_RECV, fd, data, sizeof(data));
		if (bytes <= 0)
			return 0;
		BIO_write(SSL_get_rbio(ssl), data, bytes);
	}
}

static int request(SSL *ssl)
{
	char data[1000];

	return SSL_read(ssl, data, sizeof(data));
}

static int reply(SSL *ssl)
{
	static const char text[] = "HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nhello\n";

	return SSL_write(ssl, text, sizeof(text) - 1);
}

int main(int argc, char **argv)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	int listener = socket(AF_INET, SOCK_STREAM, 0), fd;
	char rest[1000];
	SSL *ssl;

	must(argc == 4, "usage");
	open_ring();
	SSL_CTX_use_certificate_file(context, argv[2], SSL_FILETYPE_PEM);
	SSL_CTX_use_PrivateKey_file(context, argv[3], SSL_FILETYPE_PEM);
	at.sin_port = htons(atoi(argv[1]));
	must(!bind(listener, (void *)&at, sizeof(at)) && !listen(listener, 1), "listen");
	fd = operate(IORING_OP_ACCEPT, listener, NULL, 0);
	must(fd >= 0, "accept");
	ssl = SSL_new(context);
	SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
	SSL_set_accept_state(ssl);
	must(pump(ssl, fd, SSL_do_handshake) == 1, "handshake");
	pump(ssl, fd, request);
	pump(ssl, fd, reply);
	SSL_shutdown(ssl);
	flush(SSL_get_wbio(ssl), fd);
	while (operate(IORING_OP_RECV, fd, rest, sizeof(rest)) > 0)
		;
	close(fd);
	return 0;
}
