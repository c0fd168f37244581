/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * go_errors.bpf.h - an error of Go followed to what it says: an interface is a table of
 * its type's methods and a pointer to its value. x86-64.
 */
#ifndef TT_BPF_GO_ERRORS_H
#define TT_BPF_GO_ERRORS_H

#include "library_go.bpf.h"

#define ERRORS_DEEP 4 /* one inside the other */
#define GO_TEXT_MAX 127 /* bytes that are told of */
#define METHOD_AT 24  /* runtime.itab: two pointers, a hash, then methods */
/* Bytes of "remote error": no other operation of net.OpError has that many. */
#define REMOTE_ERROR 12

struct go_error {
	__u64 text, text_bytes;
	__s64 number;
	__u32 type; /* of the innermost error that is known */
	__s16 alert;
	__u8 remote;
};

/*
 * Tables, words and small numbers stand in pages that the program may have never touched so
 * far: its errors point there, and nobody has looked. A probe that may sleep has them brought.
 */
static __always_inline void go_touch(__u64 at)
{
	__u8 byte;

	if (tt_config.uprobes_sleep)
		bpf_copy_from_user(&byte, sizeof(byte), (const void *)at);
}

/* How far the program was moved when it was loaded. */
static __always_inline __u64 go_bias(const struct tt_go_site *site, __u64 ip)
{
	struct tt_go_key key = { .file = site->file, .number = site->number + 1 };
	struct tt_go_value *value = bpf_map_lookup_elem(&tt_go_addresses, &key);

	return value ? ip - value->address : 0;
}

static __always_inline void go_text(struct go_error *error, __u64 at)
{
	error->text = go_word(at);
	error->text_bytes = go_word(at + 8);
	go_touch(error->text);
	/* What goes into the event ends on the next page at the most. */
	go_touch(error->text + (error->text_bytes < GO_TEXT_MAX ? error->text_bytes : GO_TEXT_MAX) - 1);
}

/* What the value says, of the shape that it has. The address of an error inside it, or 0. */
static __always_inline __u64 go_say(struct go_error *error, const struct tt_go_value *type,
				    __u64 data)
{
	__u64 at = data + type->offset;
	__u8 byte = 0;

	go_touch(at);
	switch (type->shape) {
	case TT_GO_BYTE:
		if (!bpf_probe_read_user(&byte, 1, (const void *)at))
			error->alert = byte;
		return 0;
	case TT_GO_NUMBER:
		error->number = go_word(at);
		return 0;
	case TT_GO_TEXT:
		go_text(error, at);
		return 0;
	case TT_GO_BOTH:
		error->number = go_word(at);
		go_text(error, at + 8);
		return 0;
	case TT_GO_OPERATION:
		error->remote = go_word(data + 8) == REMOTE_ERROR;
		return at;
	case TT_GO_INSIDE:
		return at;
	default:
		return 0;
	}
}

/* An error value, (table of its type's methods, pointer), to what it says. */
static __noinline int go_follow(struct go_error *error, __u32 file, __u64 bias, __u64 table,
				__u64 data)
{
	struct tt_go_key key = { .file = file };

	if (!error)
		return 0;
	for (int i = 0; i < ERRORS_DEEP; i++) {
		struct tt_go_value *type;
		__u64 inside;

		go_touch(table + METHOD_AT);
		key.address = go_word(table + METHOD_AT) - bias;
		type = bpf_map_lookup_elem(&tt_go_addresses, &key);
		if (!type)
			return 0;
		error->type = type->error;
		inside = go_say(error, type, data);
		if (!inside)
			return 0;
		table = go_word(inside);
		data = go_word(inside + 8);
	}
	return 0;
}

/* io.EOF: the other end's close_notify, or the end of its stream. The wire tells which. */
static __always_inline int go_eof(const struct go_error *error)
{
	char text[3] = {};

	return error->type == TT_GO_ERROR_TEXT && error->text_bytes == sizeof(text) &&
	       !bpf_probe_read_user(text, sizeof(text), (const void *)error->text) &&
	       text[0] == 'E' && text[1] == 'O' && text[2] == 'F';
}

#endif /* TT_BPF_GO_ERRORS_H */
