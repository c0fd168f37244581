/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pcapng.h - the Decryption Secrets Blocks of a pcapng file, which libpcap passes over
 * (draft-ietf-opsawg-pcapng 4.7).
 */
#ifndef TT_SOURCE_PCAPNG_H
#define TT_SOURCE_PCAPNG_H

#include <stdbool.h>
#include <stddef.h>

/* `text`, in the format of a key log, is valid during the call. */
typedef void pcapng_secrets(void *arg, const char *text, size_t bytes);

/*
 * Tell of every block of TLS secrets in a regular file; any other file has none. Unless
 * `everywhere`, or one was found before it, the first packet ends the search, so that a
 * file without secrets costs nothing. Lies in lengths end it too.
 */
void pcapng_each_secrets(const char *path, bool everywhere, pcapng_secrets *found, void *arg);

#endif /* TT_SOURCE_PCAPNG_H */
