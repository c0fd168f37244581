/* SPDX-License-Identifier: GPL-2.0-only */
#include "track/flight.h"

#include <stdlib.h>
#include <string.h>

#include "model/names.h"

#define HEADER 4

static uint32_t length_of(const uint8_t *header)
{
	return header[1] << 16 | header[2] << 8 | header[3];
}

static void drop(struct flight *f)
{
	free(f->bytes);
	f->bytes = NULL;
	f->have = f->size = 0;
}

void flight_reset(struct flight *f)
{
	drop(f);
	memset(f, 0, sizeof(*f));
}

static void go_deaf(struct flight *f)
{
	drop(f);
	f->skip = 0;
	f->deaf = true;
}

/* `count` bytes are missing. The rest of a message whose length is known is passed over. */
static void hole(struct flight *f, uint32_t count, flight_message *message, void *arg)
{
	uint32_t left = f->skip;

	if (!count || f->deaf)
		return;
	if (!left && f->have >= HEADER) {
		uint32_t length = length_of(f->bytes);

		left = HEADER + length - f->have;
		if (count <= left) {
			uint8_t type = f->bytes[0];

			drop(f);
			message(arg, type, NULL, length);
		}
	}
	if (!left || count > left)
		go_deaf(f);
	else
		f->skip = left - count;
}

/* Add to the message that is not whole; return how many bytes were taken. */
static uint32_t keep(struct flight *f, const uint8_t *bytes, uint32_t count)
{
	uint32_t want = f->have < HEADER ? HEADER - f->have :
					   HEADER + length_of(f->bytes) - f->have;

	if (count > want)
		count = want;
	if (f->have + count > f->size) {
		uint32_t size = f->have + count + 512;
		uint8_t *grown = realloc(f->bytes, size < 2 * f->size ? 2 * f->size : size);

		if (!grown) {
			go_deaf(f);
			return count;
		}
		f->bytes = grown;
		f->size = size < 2 * f->size ? 2 * f->size : size;
	}
	memcpy(f->bytes + f->have, bytes, count);
	f->have += count;
	return count;
}

static bool pieces(struct flight *f, const uint8_t *at, uint32_t left, flight_message *message,
		   void *arg)
{
	while (left && !f->deaf) {
		uint32_t taken;

		if (f->skip) {
			taken = left < f->skip ? left : f->skip;
			f->skip -= taken;
		} else if (!f->have && left >= HEADER && left - HEADER >= length_of(at)) {
			taken = HEADER + length_of(at);
			message(arg, at[0], at + HEADER, taken - HEADER);
		} else {
			taken = keep(f, at, left);
			if (f->have >= HEADER && length_of(f->bytes) > FLIGHT_MESSAGE_MAX) {
				go_deaf(f);
				return false;
			}
			if (f->have >= HEADER && f->have == HEADER + length_of(f->bytes)) {
				message(arg, f->bytes[0], f->bytes + HEADER, f->have - HEADER);
				drop(f);
			}
		}
		at += taken;
		left -= taken;
	}
	return true;
}

bool flight_begins(const uint8_t *bytes, uint16_t count, uint16_t record_length)
{
	return count >= HEADER && handshake_type_name(bytes[0]) &&
	       HEADER + length_of(bytes) <= record_length;
}

bool flight_take(struct flight *f, uint16_t length, uint16_t offset, const uint8_t *bytes,
		 uint16_t count, flight_message *message, void *arg)
{
	uint16_t done;

	if (!offset) {
		hole(f, f->record_left, message, arg);
		f->record_left = length;
		if (f->deaf && flight_begins(bytes, count, length))
			f->deaf = false;
	}
	done = length - f->record_left;
	if (offset < done || offset + count > length || f->record_left > length)
		return true; /* told before, or not of this record */
	hole(f, offset - done, message, arg);
	f->record_left = length - offset - count;
	return pieces(f, bytes, count, message, arg);
}
