/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * alerts.bpf.h - alerts where libssl hands its records to libcrypto's EVP.
 *
 * TLS 1.3, each record (RFC 8446 5.2): before one is opened its tag is set; then
 * EVP_CipherUpdate() takes the 5 bytes of the header, then what it holds: an alert and its
 * content type are 3 bytes. Opened, they are there when EVP_CipherFinal_ex() begins.
 * Up to TLS 1.2 with AEAD and stitched CBC: EVP_CTRL_AEAD_TLS1_AAD gives the header first,
 * with the length of the explicit IV and the alert when it is sent, of the whole record else.
 */
#ifndef TT_BPF_ALERTS_H
#define TT_BPF_ALERTS_H

#include "io.bpf.h"

#define EVP_SET_TAG 0x11 /* EVP_CTRL_AEAD_SET_TAG */
#define EVP_TLS1_AAD 0x16
#define AAD_BYTES 13
#define AAD_TYPE 8
#define AAD_LENGTH 11
#define ALERT_TYPE 21
#define ALERT_BYTES 2
#define ALERT_INNER_BYTES 3 /* TLS 1.3: with its content type */

static __always_inline int alert_plausible(const __u8 *alert)
{
	return alert[0] == 1 || alert[0] == 2;
}

static __always_inline void alert_tell(struct tt_library_call *call, __u64 sp, const __u8 *alert,
				       __u8 fact)
{
	if (!alert_plausible(alert) || !library_inside(call, sp))
		return;
	library_tell(call, fact, alert[1], alert[0], call->conn_id);
}

static __noinline int alert_control(struct tt_library_call *call, __u64 context, __u32 type,
				    __u64 data)
{
	__u8 aad[AAD_BYTES];

	if (!call)
		return 0;
	if (type == EVP_SET_TAG)
		call->opens = context;
	if (type != EVP_TLS1_AAD)
		return 0;
	call->aad_of = 0;
	if (bpf_probe_read_user(aad, sizeof(aad), (const void *)data) || aad[AAD_TYPE] != ALERT_TYPE)
		return 0;
	call->aad_of = context;
	call->aad_bytes = aad[AAD_LENGTH] << 8 | aad[AAD_LENGTH + 1];
	return 0;
}

struct alert_cipher {
	__u64 context, out, in;
	__u32 bytes;
};

static __noinline int alert_cipher(struct tt_library_call *call, const struct alert_cipher *cipher,
				   __u64 sp)
{
	__u8 alert[ALERT_INNER_BYTES] = {};
	__u64 at = cipher->in;

	if (!call)
		return 0;
	call->opened = 0;
	if (cipher->context == call->aad_of) {
		call->aad_of = 0;
		/* What is received is as long as its header says. */
		if (cipher->bytes <= call->aad_bytes || call->aad_bytes < ALERT_BYTES)
			return 0;
		at += call->aad_bytes - ALERT_BYTES;
		if (!bpf_probe_read_user(alert, ALERT_BYTES, (const void *)at))
			alert_tell(call, sp, alert, TT_LIBRARY_ALERT);
		return 0;
	}
	if (cipher->bytes != ALERT_INNER_BYTES || !cipher->out)
		return 0;
	if (cipher->context == call->opens)
		call->opened = cipher->out;
	else if (!bpf_probe_read_user(alert, sizeof(alert), (const void *)at) &&
		 alert[2] == ALERT_TYPE)
		alert_tell(call, sp, alert, TT_LIBRARY_ALERT);
	return 0;
}

static __noinline int alert_final(struct tt_library_call *call, __u64 context, __u64 sp)
{
	__u8 alert[ALERT_INNER_BYTES];

	if (!call || !call->opened || context != call->opens)
		return 0;
	if (!bpf_probe_read_user(alert, sizeof(alert), (const void *)call->opened)) {
		if (alert[2] == ALERT_TYPE)
			alert_tell(call, sp, alert, TT_LIBRARY_ALERT_RECEIVED);
		else if (call->conn_id)
			library_tell(call, TT_LIBRARY_SHORT, 0, 0, call->conn_id);
	}
	call->opened = 0;
	return 0;
}

static __always_inline void alert_site(struct pt_regs *ctx, struct tt_library_call *call,
				       const struct tt_site *site)
{
	__u64 first = PT_REGS_PARM1(ctx), second = PT_REGS_PARM2(ctx), third = PT_REGS_PARM3(ctx);
	__u64 fourth = PT_REGS_PARM4(ctx), fifth = PT_REGS_PARM5(ctx), sp = PT_REGS_SP(ctx);
	struct alert_cipher cipher = { .context = first, .out = second };

	asm volatile("" : "+r"(third), "+r"(fourth), "+r"(fifth));
	/* Other users of libcrypto, and other connections than those that are followed. */
	if (!call->object || !call->frame || (!call->conn_id && !call->joined))
		return;
	if (site->kind == TT_SITE_CONTROL) {
		alert_control(call, first, second, fourth);
	} else if (site->kind == TT_SITE_FINAL) {
		alert_final(call, first, sp);
	} else {
		cipher.in = site->kind == TT_SITE_CIPHER ? fourth : third;
		cipher.bytes = site->kind == TT_SITE_CIPHER ? fifth : fourth;
		alert_cipher(call, &cipher, sp);
	}
}

#endif /* TT_BPF_ALERTS_H */
