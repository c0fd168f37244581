/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* library_gnutls.bpf.h - GnuTLS: what its caller asks for, and what it finds of the other end's chain. */
#ifndef TT_BPF_LIBRARY_GNUTLS_H
#define TT_BPF_LIBRARY_GNUTLS_H

#include "library.bpf.h"

#define GNUTLS_INTERRUPTED (-52)
#define GNUTLS_REHANDSHAKE (-37)
#define GNUTLS_WARNING (-16)
#define GNUTLS_AGAIN (-28)
#define GNUTLS_FATAL_ALERT (-12) /* was received */

/* gnutls_certificate_status_t, the first that fits, and OpenSSL's number, X509_V_ERR_... of openssl/x509_vfy.h. */
static const struct {
	__u32 bit;
	__s32 result;
} gnutls_verdicts[] = {
	{ 1 << 5, 23 },	  /* GNUTLS_CERT_REVOKED: CERT_REVOKED */
	{ 1 << 6, 20 },	  /* _SIGNER_NOT_FOUND: UNABLE_TO_GET_ISSUER_CERT_LOCALLY */
	{ 1 << 7, 79 },	  /* _SIGNER_NOT_CA: INVALID_CA */
	{ 1 << 11, 7 },	  /* _SIGNATURE_FAILURE: CERT_SIGNATURE_FAILURE */
	{ 1 << 9, 9 },	  /* _NOT_ACTIVATED: CERT_NOT_YET_VALID */
	{ 1 << 10, 10 },  /* _EXPIRED: CERT_HAS_EXPIRED */
	{ 1 << 8, 68 },	  /* _INSECURE_ALGORITHM: CA_MD_TOO_WEAK */
	{ 1 << 14, 62 },  /* _UNEXPECTED_OWNER: HOSTNAME_MISMATCH */
	{ 1 << 18, 26 },  /* _PURPOSE_MISMATCH: INVALID_PURPOSE */
	{ ~0, 1 },	  /* UNSPECIFIED */
};

static __always_inline __s32 gnutls_verdict(__u32 status)
{
	if (!status)
		return 0;
#pragma unroll
	for (int i = 0; i < sizeof(gnutls_verdicts) / sizeof(*gnutls_verdicts); i++)
		if (status & gnutls_verdicts[i].bit)
			return gnutls_verdicts[i].result;
	return 1;
}

static __always_inline void gnutls_judges(struct pt_regs *ctx, struct tt_library_call *call)
{
	call->status_at = call->object == PT_REGS_PARM1(ctx) ? PT_REGS_PARM4(ctx) : 0;
}

/* -1: nothing is known. */
static __always_inline __s32 gnutls_judged(struct pt_regs *ctx, struct tt_library_call *call)
{
	__u64 at = call->status_at;
	__u32 status;

	call->status_at = 0;
	if (!at || (__s32)PT_REGS_RC(ctx) < 0 ||
	    bpf_probe_read_user(&status, sizeof(status), (const void *)at))
		return -1;
	return gnutls_verdict(status);
}

/* The program asks of a call's result, which is over. */
static __always_inline void gnutls_asked(struct tt_library_call *call, __s32 code)
{
	if (!call->conn_id || call->raised || code == GNUTLS_WARNING || code == GNUTLS_REHANDSHAKE)
		return;
	call->raised = 1;
	library_tell(call, TT_LIBRARY_ERROR, code, 0, call->conn_id);
}

/* Of an alert that was received the program asks which it was: nobody else here knows. */
static __always_inline void gnutls_alert_asked(struct pt_regs *ctx, struct tt_library_call *call)
{
	call->asked = call->alerted && call->object == PT_REGS_PARM1(ctx);
}

static __always_inline void gnutls_alert_answered(struct pt_regs *ctx, struct tt_library_call *call)
{
	if (!call->asked || !call->conn_id)
		return;
	call->asked = call->alerted = 0;
	library_tell(call, TT_LIBRARY_ALERT_RECEIVED, PT_REGS_RC(ctx), 2, call->conn_id);
}

#endif /* TT_BPF_LIBRARY_GNUTLS_H */
