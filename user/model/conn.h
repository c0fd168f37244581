/* SPDX-License-Identifier: GPL-2.0-only */
/* conn.h - the nouns: a TLS connection, its hellos, alerts and owner. */
#ifndef TT_MODEL_CONN_H
#define TT_MODEL_CONN_H

#include <stdbool.h>
#include <stdint.h>

#include "model/certificate.h"
#include "model/difference.h"
#include "model/hello.h"
#include "model/io.h"
#include "model/library.h"
#include "model/past.h"
#include "model/plain.h"
#include "model/process.h"

enum tls_role { ROLE_UNKNOWN, ROLE_CLIENT, ROLE_SERVER };

struct endpoint {
	uint8_t address[16]; /* IPv4 as ::ffff:a.b.c.d */
	uint16_t port;
};

struct past_record {
	int64_t time_ns; /* of the wall clock */
	uint32_t index;
	uint16_t version, length;
	uint8_t type;
	uint8_t sender; /* enum tls_role */
	bool encrypted;
	bool after_end; /* the other end had closed before */
	uint8_t message_count;
	uint8_t messages[4]; /* handshake types, in order */
};

struct alert {
	int64_t time_ns; /* wall clock */
	uint8_t level, description;
	bool readable; /* level and description are known */
	bool encrypted;
	bool by_size; /* told from the record's size alone */
	bool decrypted;
	bool by_wire, by_library; /* who told of it */
	bool in_handshake; /* the library was still shaking hands when it failed */
	bool after_end; /* on the wire after the other end had closed */
	bool peer_gone; /* only says that the other end closed: it reaches nobody */
	bool derived; /* follows from the library's error: it itself was not seen there */
	bool unsure; /* the library's word alone does not make it this connection's */
	enum tls_role sender;
	bool sent; /* by the local end */
	uint32_t acked_ns; /* how long before it its sender acknowledged new bytes; 0: unknown */
	struct past_record after[8];
	uint8_t after_count;
};

/* What a key log made readable of one side. */
struct decryption {
	const char *why; /* static: given up; NULL: it was not */
	uint32_t opened; /* records */
	uint32_t index;	 /* of the record at which it was given up */
	bool used;
};

struct side_totals {
	uint64_t records, bytes, app_records, app_bytes, gap_bytes;
	uint64_t broken_bytes; /* 1 more than those of the records before bytes that are none */
};

enum conn_close { CLOSE_OPEN, CLOSE_NOTIFY, CLOSE_FIN, CLOSE_RESET, CLOSE_TIMEOUT };

struct conn {
	uint64_t id;
	struct endpoint local, remote;
	enum tls_role role; /* of the local end */
	const struct process *process; /* never NULL; its pid is 0 when unknown */
	uint32_t thread_id;
	const char *attribution; /* "connect", "accept", "io", "library", "scan", "none" */
	bool wanted;		 /* the process filters let it pass */
	struct client_hello client;
	struct server_hello server;
	char history[101]; /* Zeek's letters, up to "established" */
	bool established, resumed, offered, failed, hello_retry;
	bool client_certificate_requested, client_certificate_sent;
	enum certificate_hint certificate_hint;
	uint8_t server_chain_length;
	struct certificate_path server_path;
	uint8_t malformed_type; /* handshake type of the first message whose lengths lie */
	bool malformed;
	bool session_id_inferred; /* server_session_id_bytes comes from the record's length */
	bool issued_ticket; /* a readable NewSessionTicket was seen */
	uint8_t server_session_id_bytes;
	uint16_t client_hello_bytes; /* of the message */
	uint16_t hello_begun;	     /* bytes of the first record, which begins with a ClientHello; 0: none */
	uint8_t issued_hash[SHORT_HASH];
	uint32_t issued_lifetime_s;
	const struct certificate *server_certificate, *client_certificate; /* NULL: not seen */
	struct decryption decryption[2]; /* of what the client, the server sent */
	const char *mac_inference; /* static, NULL when there is nothing to infer */
	enum offer offer;	      /* the ClientHello's */
	const char *resumption_method; /* NULL when nothing was offered */
	int64_t first_ns, client_hello_ns, server_hello_ns, established_at_ns; /* wall clock, 0 unknown */
	int64_t closed_ns;
	int64_t last_record_ns; /* wall clock */
	bool stalled;		/* no record for TRACK_STALL_NS, and the handshake is not over */
	int64_t tcp_connect_duration_ns; /* 0 unknown */
	uint32_t records_shaking[2]; /* as totals: records when the handshake ended */
	struct side_totals totals[2]; /* [0] local end sent, [1] received */
	uint32_t retransmits;
	uint32_t altered; /* captures: what came again or overlapped with other bytes */
	struct {
		uint8_t level, description;
		enum tls_role sender;
	} alerts[4]; /* the last ones */
	uint8_t alert_count;
	struct io_sums io[2]; /* as totals: [0] written, [1] read; peeks are not counted */
	bool has_io, io_complete; /* complete: no call of the connection was missed */
	struct plain plain[2]; /* what the local end, the other one began with that is no TLS */
	bool server_speaks_tls; /* with others; this connection got no answer */
	bool never_tls; /* plain text to a server that wants TLS: failed without a handshake */
	const char *library; /* that holds the local end, NULL unknown: "openssl" */
	struct library_error error; /* the local end's last one */
	struct library_verdict verdict; /* the local end's, on the other's certificate */
	struct library_error peer_error; /* the other end's, when it is on this host too */
	struct difference difference; /* between the ends, once the connection has failed */
	struct original original; /* of the session, once the handshake has ended */
	struct past past;	  /* before this handshake, once it has ended */
	/* time_ns 0: none; `after` then holds the last records before a handshake failed. */
	struct alert last_alert;
	enum conn_close close;
	enum tls_role close_by;
};

#endif /* TT_MODEL_CONN_H */
