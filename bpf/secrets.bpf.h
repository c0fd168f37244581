/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * secrets.bpf.h - for --keylog-out only: what libssl 3 derives keys from, as arguments of
 * EVP_KDF_derive(context, out, out's bytes, parameters). OSSL_PARAM is public and documented.
 *
 * TLS 1.3 (RFC 8446 7.1, 7.3): a traffic secret is derived with its label, and the next
 * derivation, of a "key", is from it. TLS 1.2 (RFC 5246 6.3): "key expansion" is from the
 * master secret, and names both randoms.
 */
#ifndef TT_BPF_SECRETS_H
#define TT_BPF_SECRETS_H

#include "io.bpf.h"

#define KDF_PARAMS 12
#define KDF_SEEDS 3 /* label, server's random, client's random */
#define MASTER_BYTES 48
#define EXPANSION_BYTES 13 /* "key expansion" */

/* Eight characters as a number, little-endian. */
#define TEXT8(a, b, c, d, e, f, g, h)                                                       \
	((__u64)(a) | (__u64)(b) << 8 | (__u64)(c) << 16 | (__u64)(d) << 24 | (__u64)(e) << 32 | \
	 (__u64)(f) << 40 | (__u64)(g) << 48 | (__u64)(h) << 56)

struct kdf_param { /* struct ossl_param_st of openssl/core.h */
	__u64 name;
	__u32 type, pad;
	__u64 data, bytes, returned;
};

struct kdf_bytes {
	__u64 at, count;
};

struct kdf {
	struct kdf_bytes key, label, secret, seed[KDF_SEEDS];
	__u32 seeds;
};

static __always_inline void kdf_take(struct kdf *kdf, const struct kdf_param *param)
{
	struct kdf_bytes bytes = { param->data, param->bytes };
	__u64 name = 0;

	bpf_probe_read_user_str(&name, sizeof(name), (const void *)param->name);
	if (name == TEXT8('k', 'e', 'y', 0, 0, 0, 0, 0)) {
		kdf->key = bytes;
	} else if (name == TEXT8('l', 'a', 'b', 'e', 'l', 0, 0, 0)) {
		kdf->label = bytes;
	} else if (name == TEXT8('s', 'e', 'c', 'r', 'e', 't', 0, 0)) {
		kdf->secret = bytes;
	} else if (name == TEXT8('s', 'e', 'e', 'd', 0, 0, 0, 0)) {
		if (kdf->seeds == 0)
			kdf->seed[0] = bytes;
		else if (kdf->seeds == 1)
			kdf->seed[1] = bytes;
		else if (kdf->seeds == 2)
			kdf->seed[2] = bytes;
		kdf->seeds++;
	}
}

static __noinline int kdf_read(struct kdf *kdf, __u64 params)
{
	struct kdf_param param;

	if (!kdf)
		return 0;
	for (int i = 0; i < KDF_PARAMS; i++) {
		if (bpf_probe_read_user(&param, sizeof(param),
					(const void *)(params + i * sizeof(param))) || !param.name)
			return 0;
		kdf_take(kdf, &param);
	}
	return 0;
}

static __always_inline void secret_tell(struct tt_library_call *call, __u8 label, __u64 at,
					__u64 bytes, __u64 random)
{
	struct tt_ev_secret *event;

	if (bytes != 32 && bytes != MASTER_BYTES)
		return;
	event = event_reserve(sizeof(*event));
	if (!event)
		return;
	event_head(&event->head, call->conn_id, TT_EV_SECRET, sizeof(*event));
	event->object = call->object;
	event->pid = bpf_get_current_pid_tgid() >> 32;
	event->label = label;
	event->bytes = bytes;
	__builtin_memset(event->random, 0, sizeof(event->random));
	if (bpf_probe_read_user(event->secret, bytes == 32 ? 32 : MASTER_BYTES, (const void *)at) ||
	    (random && bpf_probe_read_user(event->random, TT_RANDOM_BYTES, (const void *)random)))
		bpf_ringbuf_discard(event, 0);
	else
		event_submit(event, 0);
}

/* "c hs traffic" and its like. 0: another label. */
static __always_inline __u8 traffic_label(const struct kdf_bytes *label)
{
	struct {
		__u8 side, space, phase, s;
		__u64 rest;
	} __attribute__((packed)) text = {};

	if (label->count != sizeof(text) ||
	    bpf_probe_read_user(&text, sizeof(text), (const void *)label->at) ||
	    text.rest != TEXT8(' ', 't', 'r', 'a', 'f', 'f', 'i', 'c'))
		return 0;
	if (text.phase == 'h')
		return text.side == 'c' ? TT_SECRET_CLIENT_HANDSHAKE : TT_SECRET_SERVER_HANDSHAKE;
	return text.side == 'c' ? TT_SECRET_CLIENT_TRAFFIC : TT_SECRET_SERVER_TRAFFIC;
}

static __always_inline int expands_key(const struct kdf_bytes *label)
{
	__u64 text = 0;

	return label->count == EXPANSION_BYTES &&
	       !bpf_probe_read_user(&text, sizeof(text), (const void *)label->at) &&
	       text == TEXT8('k', 'e', 'y', ' ', 'e', 'x', 'p', 'a');
}

static __noinline int secret_derive(struct tt_library_call *call, __u64 out, __u64 params, __u64 sp)
{
	struct kdf kdf = {};

	if (!call || !library_inside(call, sp) ||
	    (!call->conn_id && !process_wanted(bpf_get_current_task_btf())))
		return 0;
	kdf_read(&kdf, params);
	if (kdf.secret.at && kdf.seeds >= KDF_SEEDS && expands_key(&kdf.seed[0])) {
		if (kdf.seed[2].count == TT_RANDOM_BYTES)
			secret_tell(call, TT_SECRET_MASTER, kdf.secret.at, kdf.secret.count,
				    kdf.seed[2].at);
		return 0;
	}
	if (call->secret && kdf.key.at == call->secret_at)
		secret_tell(call, call->secret, kdf.key.at, kdf.key.count, 0);
	call->secret = traffic_label(&kdf.label);
	call->secret_at = out;
	return 0;
}

static __always_inline void secret_site(struct pt_regs *ctx, struct tt_library_call *call)
{
	if (tt_config.secrets && call->object && call->frame)
		secret_derive(call, PT_REGS_PARM2(ctx), PT_REGS_PARM4(ctx), PT_REGS_SP(ctx));
}

#endif /* TT_BPF_SECRETS_H */
