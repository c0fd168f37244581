/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* library_nss.bpf.h - which errors that NSS notes are ones of a connection. */
#ifndef TT_BPF_LIBRARY_NSS_H
#define TT_BPF_LIBRARY_NSS_H

#include "library.bpf.h"

/*
 * SSL_ERROR_BASE and SSL_ERROR_LIMIT of ssl/sslerr.h, and what healthy handshakes note: the last
 * of these for each ChangeCipherSpec of TLS 1.3, before it is passed over.
 */
#define NSS_FIRST (-12288)
#define NSS_LAST (-11288)
#define NSS_NO_CERTIFICATE (-12285)
#define NSS_SESSION_NOT_FOUND (-12198)
#define NSS_UNEXPECTED_TYPE (-12109)

static __always_inline int nss_is_error(__s32 code)
{
	return code >= NSS_FIRST && code < NSS_LAST && code != NSS_NO_CERTIFICATE &&
	       code != NSS_SESSION_NOT_FOUND && code != NSS_UNEXPECTED_TYPE;
}

#define NSS_ALERT 21
/* Arguments of PK11_AEADOp() on the stack, from the return address on (nss/lib/pk11wrap). */
#define NSS_IN_AT 56
#define NSS_IN_BYTES_AT 64
#define NSS_AAD_TYPE 8 /* up to TLS 1.2: behind the sequence number (RFC 5246 6.2.3.3) */

/*
 * A record is protected: is it an alert? TLS 1.3 has the type behind it, TLS 1.2 beside it.
 * To open one ivGen is CKG_NO_GENERATE, 0.
 */
static __always_inline void nss_protects(struct pt_regs *ctx, struct tt_library_call *call)
{
	__u64 sp = PT_REGS_SP(ctx), in = 0;
#ifdef __TARGET_ARCH_x86
	__u64 aad = ctx->r9;
#else
	__u64 aad = 0; /* its stubs are not found there */
#endif
	__u32 bytes = 0;
	__u8 text[3] = {}, type = 0;

	if (!PT_REGS_PARM2(ctx) || !call->conn_id || !library_inside(call, sp) ||
	    bpf_probe_read_user(&bytes, sizeof(bytes), (const void *)(sp + NSS_IN_BYTES_AT)) ||
	    (bytes != 2 && bytes != 3) ||
	    bpf_probe_read_user(&in, sizeof(in), (const void *)(sp + NSS_IN_AT)) ||
	    bpf_probe_read_user(text, bytes & 3, (const void *)in))
		return;
	type = text[2];
	if (bytes == 2 && bpf_probe_read_user(&type, 1, (const void *)(aad + NSS_AAD_TYPE)))
		return;
	if (type == NSS_ALERT && (text[0] == 1 || text[0] == 2))
		library_tell(call, TT_LIBRARY_ALERT, text[1], text[0], call->conn_id);
}

#endif /* TT_BPF_LIBRARY_NSS_H */
