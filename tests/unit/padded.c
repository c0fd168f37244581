/* SPDX-License-Identifier: GPL-2.0-only */
/* Java pads what is no application data with 16 zeros: its alerts and Finished are longer. */
#include "feed.h"

/* TLS 1.3 with TLS_AES_128_GCM_SHA256 as far as the server's flight. */
static void hellos(void)
{
	struct made e = { 0 }, v = { 3, { 2, 3, 4 } }, m, chosen = versions13();

	add_extension(&e, 43, &v);
	m = client_hello("", &e);
	begin();
	record(C, HANDSHAKE, &m);
	m = server_hello("", 0x1301, &chosen, 0);
	record(S, HANDSHAKE, &m);
	sized(S, DATA, 900);
}

static void shaking(void)
{
	hellos();
	sized(C, DATA, 35);
	ok(seen.alerts == 1 && seen.handshakes == 1, "an alert of a client in the handshake");
	end();
	ok(seen.last.failed && !seen.last.established && seen.last.close == CLOSE_FIN, "which has failed");
	hellos();
	sized(C, DATA, 41);
	ok(seen.alerts == 0 && seen.last.certificate_hint == HINT_UNKNOWN, "an empty Certificate is none");
	end();
	ok(seen.last.certificate_hint == HINT_EMPTY, "it is known by its length");
}

static void farewell(unsigned int finished, enum conn_close close, const char *what)
{
	hellos();
	sized(C, DATA, finished);
	sized(C, DATA, 400);
	sized(C, DATA, 35);
	end();
	ok(seen.last.established && seen.last.close == close, what);
}

int main(void)
{
	shaking();
	farewell(69, CLOSE_NOTIFY, "a farewell of an end that pads");
	farewell(53, CLOSE_FIN, "data of 18 bytes of one that does not");
	return failed;
}
