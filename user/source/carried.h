/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * carried.h - connections whose bytes this program carries itself, as events.
 *
 * One is written down while it lasts and told of when it is over, so that what is learnt
 * last (its keys, what to make of its failure) is known first. The segments that a capture
 * would show are made of it: everything behind tcp.h is shared with captures.
 */
#ifndef TT_SOURCE_CARRIED_H
#define TT_SOURCE_CARRIED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "tlstrace/event.h"

struct carrier;
struct carried; /* one connection, opened by this end */

struct carried_error {
	int32_t reason, verify; /* verify -1: not about a certificate */
	uint32_t line;
	uint8_t call; /* enum tt_call_name */
	const char *source, *function; /* NULL: untold */
};

enum carried_close {
	CARRIED_CLOSED_HERE,
	CARRIED_GIVEN_UP, /* closed here, for there was no answer */
	CARRIED_CLOSED_THERE,
	CARRIED_RESET_THERE,
};

/*
 * `event` is called with each struct tt_event and its size, `give_up` before the end of a
 * connection that is given up. `owner` holds the sockets;
 * TT_EV_LIBRARY events have file number 0. NULL when out of memory.
 */
struct carrier *carrier_new(const struct tt_owner *owner, bool every_record,
			    void (*event)(void *arg, const void *event, size_t bytes),
			    void (*give_up)(void *arg, int64_t time_ns), void *arg);
/* Tell of one, and free it. */
void carrier_tell(struct carrier *carrier, struct carried *connection);
uint64_t carrier_not_tls(const struct carrier *carrier); /* connections without any TLS */
void carrier_free(struct carrier *carrier);

/* "127.0.0.1:443", "[::1]:443" */
void carried_address(const struct sockaddr_storage *end, char *text, size_t bytes);
/* Times are of one clock, whichever. NULL when out of memory. */
struct carried *carried_new(const struct sockaddr_storage *local, const struct sockaddr_storage *remote,
			    int64_t connect_ns, int64_t established_ns);
/* Each is dropped when there is no memory for it. */
void carried_bytes(struct carried *c, bool sent, int64_t time_ns, const uint8_t *data, size_t bytes);
void carried_error(struct carried *c, int64_t time_ns, const struct carried_error *error);
void carried_end(struct carried *c, int64_t time_ns, enum carried_close how);
void carried_free(struct carried *c);

#endif /* TT_SOURCE_CARRIED_H */
