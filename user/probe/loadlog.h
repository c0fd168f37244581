/* SPDX-License-Identifier: GPL-2.0-only */
/* loadlog.h - libbpf's messages: shown, or only the reason of a refusal kept. */
#ifndef TT_PROBE_LOADLOG_H
#define TT_PROBE_LOADLOG_H

#include <stdbool.h>

/* Take libbpf's messages from now on; print them all when `show`. */
void loadlog_start(bool show);
void loadlog_clear(void);
/* One line: the first complaint since loadlog_clear, with the verifier's last word. */
const char *loadlog_reason(void);

#endif /* TT_PROBE_LOADLOG_H */
