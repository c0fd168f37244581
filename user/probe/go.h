/* SPDX-License-Identifier: GPL-2.0-only */
/* go.h - the places in a Go program's crypto/tls, and what its errors are known by. */
#ifndef TT_PROBE_GO_H
#define TT_PROBE_GO_H

#include "probe/library.h"

/*
 * As library_read(); `with_io`: calls that move plaintext too. False, and *library
 * untouched: not a Go program.
 */
bool go_read(struct library *library, struct image *image, uint32_t file, bool with_io);
/* The functions that are looked for, by number from 0; NULL: no more. */
const char *go_function(size_t number);
/* Tell the kernel half (the map tt_go_addresses) what it needs of the file. 0 or errno. */
int go_publish(const struct library *library, uint32_t file, int map_fd);
void go_withdraw(const struct library *library, uint32_t file, int map_fd);

#endif /* TT_PROBE_GO_H */
