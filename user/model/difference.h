/* SPDX-License-Identifier: GPL-2.0-only */
/* difference.h - what left one end and what arrived at the other, where both are known. */
#ifndef TT_MODEL_DIFFERENCE_H
#define TT_MODEL_DIFFERENCE_H

#include <stdbool.h>
#include <stdint.h>

enum difference_kind {
	DIFFERENCE_NONE,
	DIFFERENCE_BYTES,   /* a record's body */
	DIFFERENCE_LENGTH,  /* a record's length or type */
	DIFFERENCE_LOST,    /* a record that was sent did not arrive */
	DIFFERENCE_ADDED,   /* one arrived that was not sent */
	DIFFERENCE_REPEATED,
	DIFFERENCE_SWAPPED, /* two arrived in the other order */
};

/* The first one of a connection, in the order of its records. */
struct difference {
	enum difference_kind kind;
	uint8_t sender;	   /* enum tls_role */
	uint8_t type;	   /* of the record that was sent; of the added one where it was not */
	bool has_message, is_protected;
	uint8_t message;   /* of a readable handshake record the first message's type */
	uint16_t length, arrived_length; /* of its body */
	uint32_t index;	   /* of the record in its direction, from 0 */
	uint32_t offset;   /* BYTES: of the first that differs, in the body */
	uint32_t compared; /* records that are the same at both ends, both directions together */
	bool other_connection; /* the ends do not share a TCP connection: somebody passes the bytes on */
	char between[16];      /* the name of the process that does; raw bytes; "" unknown */
	uint32_t between_pid;  /* 0 unknown */
};

#endif /* TT_MODEL_DIFFERENCE_H */
