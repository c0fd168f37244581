/* SPDX-License-Identifier: GPL-2.0-only */
/* plain.h - what a direction begins with that is no TLS. */
#ifndef TT_MODEL_PLAIN_H
#define TT_MODEL_PLAIN_H

#include <stdbool.h>

/* Of the bytes themselves nothing is kept. */
struct plain {
	bool seen;
	const char *protocol; /* static: "HTTP"; NULL: not known */
	bool record;	      /* a TLS record's header all the same, whatever follows */
	bool text;	      /* readable characters only */
	bool proxy_header;    /* of the PROXY protocol, which TLS may follow */
	bool asks_tls;	      /* PostgreSQL's request for TLS */
	bool refuses_tls;     /* and its No */
	bool wants_tls;	      /* it says itself that TLS is spoken here */
};

#endif /* TT_MODEL_PLAIN_H */
