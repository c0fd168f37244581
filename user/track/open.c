/* SPDX-License-Identifier: GPL-2.0-only */
/* open.c - protected records, whole, through the keys of a key log. */
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "decrypt/decrypt.h"
#include "track/state.h"

enum { CCS = 20, ALERT = 21, HANDSHAKE = 22, DATA = 23 };

struct opening {
	struct decrypt *keys;
	struct {
		struct tt_ev_record *record; /* whose body is not whole; body_bytes of it are here */
		uint32_t next_index;
		bool follows; /* next_index is known */
	} dir[2];
};

static enum decrypt_side side_of(const struct session *s, int dir)
{
	return sender_of(s, dir) == ROLE_CLIENT ? DECRYPT_CLIENT : DECRYPT_SERVER;
}

/* Remember where and why a side was given up. */
static void note(struct session *s, int dir, uint32_t index)
{
	enum decrypt_side side = side_of(s, dir);
	struct decryption *d = &s->conn.decryption[side];

	d->used = true;
	if (d->why)
		return;
	d->why = decrypt_why(s->opening->keys, side);
	d->index = index;
}

void open_client_hello(struct session *s, const struct keylog *log, const struct client_hello *h)
{
	if (!s->opening)
		s->opening = calloc(1, sizeof(*s->opening));
	if (s->opening && !s->opening->keys)
		s->opening->keys = decrypt_new(log);
	if (s->opening && s->opening->keys)
		decrypt_client_hello(s->opening->keys, h);
	else
		open_free(s);
}

void open_server_hello(struct session *s, const struct server_hello *h)
{
	if (!s->opening || !s->conn.client.seen)
		return;
	decrypt_server_hello(s->opening->keys, h);
}

void open_change(struct session *s, int dir)
{
	if (s->opening)
		decrypt_change(s->opening->keys, side_of(s, dir));
}

void open_message(struct session *s, int dir, uint8_t type)
{
	decrypt_message(s->opening->keys, side_of(s, dir), type);
}

/* The rest of its body will not come: it counts, and is told of as unreadable. */
static void abandon(struct session *s, const struct track_out *out, int64_t time_ns, int dir)
{
	struct tt_ev_record *e = s->opening->dir[dir].record;

	s->opening->dir[dir].record = NULL;
	if (!e)
		return;
	decrypt_skip(s->opening->keys, side_of(s, dir), 1);
	note(s, dir, e->index);
	hidden_record(s, out, time_ns, e);
	free(e);
}

void open_begin(struct session *s, const struct track_out *out, int64_t time_ns,
		const struct tt_ev_record *e)
{
	struct opening *o = s->opening;
	uint32_t expected;

	if (!o)
		return;
	abandon(s, out, time_ns, e->dir);
	expected = o->dir[e->dir].next_index;
	/* Not every record of data is told of; no other one is left out. */
	if (o->dir[e->dir].follows && (int32_t)(e->index - expected) > 0)
		decrypt_skip(o->keys, side_of(s, e->dir), e->index - expected);
	if (e->flags & TT_AFTER_GAP)
		decrypt_gap(o->keys, side_of(s, e->dir));
	o->dir[e->dir].next_index = e->index + 1;
	o->dir[e->dir].follows = true;
}

/* Application data, as far as somebody asked to see it. */
static void tell_data(struct session *s, const struct track_out *out, int64_t time_ns,
		      const struct tt_ev_record *plain)
{
	struct io_call io = { .sender = sender_of(s, plain->dir) == ROLE_CLIENT ? "client" : "server",
			      .bytes = plain->length, .data = plain->body, .data_bytes = plain->length };

	if (!out->data_bytes || !plain->length)
		return;
	if (io.data_bytes > out->data_bytes)
		io.data_bytes = out->data_bytes;
	out->io(out->arg, time_ns, &s->conn, &io);
}

/* What was inside, as if it had been sent so. */
static void tell(struct session *s, const struct track_out *out, int64_t time_ns,
		 const struct tt_ev_record *plain)
{
	s->opened = true;
	switch (plain->type) {
	case CCS:
		flight_reset(&s->flight[plain->dir]);
		open_change(s, plain->dir);
		break;
	case ALERT: alert_record(s, out, time_ns, plain, false); break;
	case HANDSHAKE: handshake_record(s, out, time_ns, plain); break;
	case DATA: tell_data(s, out, time_ns, plain); break;
	}
	s->opened = false;
}

static void whole(struct session *s, const struct track_out *out, int64_t time_ns,
		  const struct tt_ev_record *e)
{
	static _Alignas(8) uint8_t room[sizeof(*e) + OPENED_BYTES];
	struct tt_ev_record *plain = (void *)room;
	enum decrypt_side side = side_of(s, e->dir);
	struct sealed in = { e->body, e->length, e->version, e->type };
	enum decrypt_result result;
	int bytes;

	*plain = *e;
	result = decrypt_open(s->opening->keys, side, &in, plain->body, &bytes, &plain->type);
	note(s, e->dir, e->index);
	if (result == DECRYPT_OPENED) {
		s->conn.decryption[side].opened++;
		plain->length = plain->body_bytes = (uint16_t)bytes;
		tell(s, out, time_ns, plain);
	} else {
		hidden_record(s, out, time_ns, e);
	}
	OPENSSL_cleanse(room, sizeof(room));
}

static bool collect(struct opening *o, const struct tt_ev_record *e)
{
	struct tt_ev_record *r = o->dir[e->dir].record;

	if (!e->body_offset) {
		r = o->dir[e->dir].record = malloc(sizeof(*r) + e->length);
		if (!r)
			return false;
		*r = *e;
		r->body_bytes = 0;
	}
	if (!r || e->body_offset != r->body_bytes || e->body_bytes > r->length - r->body_bytes)
		return false;
	memcpy(r->body + r->body_bytes, e->body, e->body_bytes);
	r->body_bytes += e->body_bytes;
	return true;
}

bool open_record(struct session *s, const struct track_out *out, int64_t time_ns,
		 const struct tt_ev_record *e)
{
	enum decrypt_side side = side_of(s, e->dir);
	struct opening *o = s->opening;
	struct tt_ev_record *r;

	if (!o)
		return false;
	if (!decrypt_ready(o->keys, side) ||
	    (!out->data_bytes && decrypt_passes(o->keys, side, e->type)) ||
	    !(e->body_offset || e->body_bytes)) {
		if (!e->body_offset) {
			decrypt_skip(o->keys, side, 1);
			note(s, e->dir, e->index);
		}
		return false;
	}
	if (!collect(o, e)) {
		abandon(s, out, time_ns, e->dir);
		return true;
	}
	r = o->dir[e->dir].record;
	if (r->body_bytes < r->length)
		return true;
	o->dir[e->dir].record = NULL;
	whole(s, out, time_ns, r);
	free(r);
	return true;
}

bool open_reads(const struct session *s, int dir)
{
	const struct decryption *d = &s->conn.decryption[side_of(s, dir)];

	return s->opening && d->opened && !d->why;
}

void open_end(struct session *s, const struct track_out *out, int64_t time_ns)
{
	for (int dir = 0; dir < 2 && s->opening; dir++)
		abandon(s, out, time_ns, dir);
}

void open_free(struct session *s)
{
	if (!s->opening)
		return;
	free(s->opening->dir[0].record);
	free(s->opening->dir[1].record);
	decrypt_free(s->opening->keys);
	free(s->opening);
	s->opening = NULL;
}
