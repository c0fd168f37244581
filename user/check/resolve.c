/* SPDX-License-Identifier: GPL-2.0-only */
#include "check/resolve.h"

#include <stdio.h>
#include <string.h>

#include "util/clock.h"

/* A resolver that does not answer cannot be called off: what it works on has to stay. */
static struct {
	char host[256], port[8];
	struct addrinfo hints;
	struct gaicb request, *list[1];
} look_up;

static int wait_for(const struct check_config *c)
{
	int64_t until_ns = clock_ns(CLOCK_MONOTONIC) + c->limit_ns;
	const struct gaicb *const list[] = { &look_up.request };

	for (;;) {
		int64_t left_ns = until_ns - clock_ns(CLOCK_MONOTONIC);
		struct timespec left = { left_ns / 1000000000, left_ns % 1000000000 };

		if (*c->stopped || left_ns <= 0)
			return EAI_INPROGRESS;
		gai_suspend(list, 1, &left);
		if (gai_error(&look_up.request) != EAI_INPROGRESS)
			return gai_error(&look_up.request);
	}
}

struct addrinfo *resolve(const struct check_config *c, char error[CHECK_ERROR_BYTES])
{
	int err;

	snprintf(look_up.host, sizeof(look_up.host), "%s", c->host);
	snprintf(look_up.port, sizeof(look_up.port), "%u", c->port);
	look_up.hints = (struct addrinfo){ .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV };
	look_up.request = (struct gaicb){ .ar_name = look_up.host, .ar_service = look_up.port,
					  .ar_request = &look_up.hints };
	look_up.list[0] = &look_up.request;
	err = getaddrinfo_a(GAI_NOWAIT, look_up.list, 1, NULL);
	err = err ? err : wait_for(c);
	if (!err)
		return look_up.request.ar_result;
	snprintf(error, CHECK_ERROR_BYTES, "%s: %s", c->host,
		 err == EAI_INPROGRESS ? *c->stopped ? "interrupted" : "the resolver does not answer" :
		 gai_strerror(err));
	return NULL;
}
