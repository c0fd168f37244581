/* SPDX-License-Identifier: GPL-2.0-only */
/* calls.h - a connection, and calls on it that say what they did. */
#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK 20000

static SSL_CTX *context;
static unsigned char block[BLOCK];

static void must(int good, const char *what)
{
	if (!good) {
		perror(what);
		exit(1);
	}
}

static int local_port(SSL *ssl)
{
	struct sockaddr_in name;
	socklen_t size = sizeof(name);

	must(!getsockname(SSL_get_fd(ssl), (void *)&name, &size), "getsockname");
	return ntohs(name.sin_port);
}

static int dial(const char *port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(atoi(port)),
				  .sin_addr.s_addr = inet_addr("127.0.0.1") };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	must(!connect(fd, (void *)&to, sizeof(to)), "connect");
	return fd;
}

static SSL *shake(SSL *ssl, const char *port)
{
	SSL_set_fd(ssl, dial(port));
	SSL_set_tlsext_host_name(ssl, "calls.test");
	must(SSL_connect(ssl) == 1, "SSL_connect");
	return ssl;
}

static long tell(SSL *ssl, const char *call, size_t asked, int result, size_t bytes)
{
	printf("%d %s %zu ", local_port(ssl), call, asked);
	if (result > 0)
		printf("%zu\n", bytes);
	else
		printf("- %d\n", SSL_get_error(ssl, result));
	fflush(stdout);
	return result > 0 ? (long)bytes : -1;
}

static long put(SSL *ssl, size_t asked)
{
	int n = SSL_write(ssl, block, asked);

	return tell(ssl, "SSL_write", asked, n, n);
}

static long put_ex(SSL *ssl, size_t asked)
{
	size_t bytes = 0;
	int good = SSL_write_ex(ssl, block, asked, &bytes);

	return tell(ssl, "SSL_write_ex", asked, good, bytes);
}

static long take(SSL *ssl, size_t asked)
{
	int n = SSL_read(ssl, block, asked);

	return tell(ssl, "SSL_read", asked, n, n);
}

static long take_ex(SSL *ssl, size_t asked)
{
	size_t bytes = 0;
	int good = SSL_read_ex(ssl, block, asked, &bytes);

	return tell(ssl, "SSL_read_ex", asked, good, bytes);
}
