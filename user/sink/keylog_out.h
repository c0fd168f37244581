/* SPDX-License-Identifier: GPL-2.0-only */
/* keylog_out.h - key logs as of draft-ietf-tls-keylogfile, the NSS format. */
#ifndef TT_SINK_KEYLOG_OUT_H
#define TT_SINK_KEYLOG_OUT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* One line: a label, the client's random (32 bytes), the secret. */
void keylog_line(FILE *out, const char *label, const uint8_t *random, const uint8_t *secret,
		 size_t bytes);

#endif /* TT_SINK_KEYLOG_OUT_H */
