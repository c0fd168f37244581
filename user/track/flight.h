/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * flight.h - handshake records of one direction to whole messages: several in a
 * record, one over many, with holes where bytes did not reach us.
 */
#ifndef TT_TRACK_FLIGHT_H
#define TT_TRACK_FLIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLIGHT_MESSAGE_MAX 65536

struct flight {
	uint8_t *bytes; /* of a message that is not whole yet */
	uint32_t have, size;
	uint32_t skip;	      /* bytes to come of a message with a hole */
	uint16_t record_left; /* bytes of the current record not delivered yet */
	bool deaf;	      /* boundaries are lost until a record begins with a message */
};

/* `body` is NULL when bytes of the message are missing; `length` is its own claim. */
typedef void flight_message(void *arg, uint8_t type, const uint8_t *body, uint32_t length);

/*
 * Part of a record's body: `count` bytes from `offset` on of `length`. A hole before
 * it shows in the offset. Calls `message` for every message that ends here. Return
 * false when the bytes cannot be handshake messages.
 */
bool flight_take(struct flight *f, uint16_t length, uint16_t offset, const uint8_t *bytes,
		 uint16_t count, flight_message *message, void *arg);
/* Whether a record begins with a message of a known type that fits into it. */
bool flight_begins(const uint8_t *bytes, uint16_t count, uint16_t record_length);
/* The plaintext of this direction is over. */
void flight_reset(struct flight *f);

#endif /* TT_TRACK_FLIGHT_H */
