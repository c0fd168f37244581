/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * keylog.h - the secrets of a key log, by client random.
 *
 * The format is NSS's ("SSLKEYLOGFILE", draft-ietf-tls-keylogfile): a label, the client
 * random and the secret in hex, one line each; '#' begins a comment.
 */
#ifndef TT_DECRYPT_KEYLOG_H
#define TT_DECRYPT_KEYLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SECRET_BYTES 64 /* longest: a hash's output */

enum secret_label {
	SECRET_MASTER, /* CLIENT_RANDOM, up to TLS 1.2 */
	SECRET_CLIENT_EARLY,
	SECRET_CLIENT_HANDSHAKE,
	SECRET_SERVER_HANDSHAKE,
	SECRET_CLIENT_TRAFFIC,
	SECRET_SERVER_TRAFFIC,
	SECRET_LABELS,
};

struct secrets {
	uint8_t random[32];
	uint8_t bytes[SECRET_LABELS]; /* 0: not known */
	uint8_t secret[SECRET_LABELS][SECRET_BYTES];
};

struct keylog;

struct keylog *keylog_new(void); /* NULL when out of memory */
/*
 * Take lines; a later one of the same label and random replaces the earlier. A line
 * that is none of the format's is counted; a label that decrypts nothing here is not.
 * `text` need not end with a newline. False when out of memory.
 */
bool keylog_text(struct keylog *log, const char *text, size_t bytes);
/* A whole file. 0, or an errno; lines before an error have been taken. */
int keylog_file(struct keylog *log, const char *path);
/* NULL: nothing is known. Valid until the next line is taken. */
const struct secrets *keylog_find(const struct keylog *log, const uint8_t random[32]);
size_t keylog_count(const struct keylog *log);	 /* client randoms */
size_t keylog_garbage(const struct keylog *log); /* lines that are none */
void keylog_free(struct keylog *log);		 /* the secrets are overwritten */

#endif /* TT_DECRYPT_KEYLOG_H */
