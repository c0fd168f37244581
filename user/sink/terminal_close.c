/* SPDX-License-Identifier: GPL-2.0-only */
/* terminal_close.c - the line of a connection that ended. */
#include "model/roles.h"
#include "sink/terminal_parts.h"

/* How it ended is told with the failure, and by one of two ends on this host. */
static bool close_is_known(const struct fact *fact)
{
	const struct conn *c = fact->conn;
	const struct told *other;
	struct told *own = told_by(c, &other);

	own->close = 1 + c->close;
	own->close_by = c->close_by;
	if (c->altered || c->decryption[0].why || c->decryption[1].why)
		return false;
	return c->failed || own->broken || (other && other->close == 1 + c->close && other->close_by == c->close_by);
}

/* A client that looks at the name by itself (curl, Node) leaves like this when it does not like it. */
static bool client_sent_nothing(const struct conn *c)
{
	int client = !local_is_client(c), server = !client;

	return c->established && c->close != CLOSE_OPEN && !c->totals[client].gap_bytes &&
	       !c->totals[server].gap_bytes && c->records_shaking[client] &&
	       c->totals[client].records <= c->records_shaking[client] + 1u &&
	       (is_tls13(c->server.version) || !c->totals[client].app_records);
}

void terminal_connection(struct sink *s, const struct fact *fact)
{
	static const char *const closes[] = { "still open", "closed with close_notify",
					      "closed without close_notify", "reset",
					      "timed out" };
	const struct conn *c = fact->conn;
	int own = !local_is_client(c);
	struct line line;

	held_release(s, c->id);
	if (close_is_known(fact))
		return;
	line_begin(&line, s, fact, c->established && c->close == CLOSE_FIN ? YELLOW : "");
	fputs_unlocked(closes[c->close], line.text);
	if (role_name(c->close_by)) {
		fputs_unlocked(" by the ", line.text);
		fputs_unlocked(role_name(c->close_by), line.text);
	}
	fputs_unlocked("; client ", line.text);
	terminal_number(line.text, c->totals[own].bytes);
	fputs_unlocked(" B, server ", line.text);
	terminal_number(line.text, c->totals[!own].bytes);
	fputs_unlocked(" B, ", line.text);
	terminal_tenths(line.text, c->closed_ns - c->first_ns, 1000000000);
	fputs_unlocked(" s", line.text);
	if (client_sent_nothing(c))
		fputs("; the client sent no data", line.text);
	if (c->altered)
		fprintf(line.text, "; sent again with other bytes: %u times", c->altered);
	for (int i = 0; i < 2; i++)
		if (c->decryption[i].why)
			fprintf(line.text, "; decryption failed at record %u of the %s: %s",
				c->decryption[i].index, i ? "server" : "client",
				c->decryption[i].why);
	line_end(&line);
}
