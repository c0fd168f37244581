/* SPDX-License-Identifier: GPL-2.0-only */
/* letters.c - the connection in Zeek's letters. */
#include <string.h>

#include "track/state.h"
#include "wire/handshake.h"

/* Zeek's letter of each handshake type. */
static char letter_of(uint8_t type, bool retry)
{
	switch (type) {
	case 0: return 'H';
	case 1: return 'C';
	case 2: return retry ? 'J' : 'S';
	case 3: return 'V';
	case 4: return 'T';
	case 5: return 'E';
	case 6: return 'J';
	case 8: return 'O';
	case 11: return 'X';
	case 12: return 'K';
	case 13: return 'R';
	case 14: return 'N';
	case 15: return 'Y';
	case 16: return 'G';
	case 20: return 'F';
	case 21: return 'W';
	case 22: return 'U';
	case 23: return 'A';
	case 24: return 'P';
	case 254: return 'M';
	}
	return 'Z';
}

/* The TCP connection was opened by the TLS server, as those of FTP's data may be. */
static bool flipped(const struct session *s)
{
	return s->tcp_role != TT_TCP_UNKNOWN && s->conn.role != ROLE_UNKNOWN &&
	       (s->tcp_role == TT_TCP_ACTIVE) != (s->conn.role == ROLE_CLIENT);
}

/*
 * As Zeek's ssl_history: only what is not encrypted, and nothing more once the
 * handshake is over, when Zeek's analyzer leaves the connection.
 */
void add_history(struct session *s, int dir, char letter)
{
	size_t at = strlen(s->conn.history);

	if (at + 1 >= sizeof(s->conn.history) || s->encrypted[dir] || s->conn.established)
		return;
	if (!at && flipped(s))
		s->conn.history[at++] = '^';
	if (sender_of(s, dir) != ROLE_CLIENT)
		letter += 'a' - 'A';
	s->conn.history[at] = letter;
}

void add_message(struct session *s, int dir, uint8_t type)
{
	add_history(s, dir, letter_of(type, type == HS_SERVER_HELLO && s->conn.server.hello_retry));
}
