/* SPDX-License-Identifier: GPL-2.0-only */
/* diagnose.h - from what is known of one connection to a conclusion. */
#ifndef TT_DIAGNOSE_DIAGNOSE_H
#define TT_DIAGNOSE_DIAGNOSE_H

#include <stdbool.h>
#include <stddef.h>

#include "model/conn.h"
#include "model/finding.h"

/*
 * Say why the connection failed. `alert` is its last fatal or unreadable alert, NULL when
 * there was none; `time_ns` is the wall clock of the failure. True when *finding was
 * filled: for every failed handshake, one that stalls, and a fatal alert after one. Keeps no pointer.
 */
bool diagnose(const struct conn *conn, const struct alert *alert, int64_t time_ns,
	      struct finding *finding);

/* When something is remarked on: a handshake succeeded, one failed, a connection closed. */
enum moment { AT_SUCCESS, AT_FAILURE, AT_CLOSE };

/*
 * Say what deserves a word beside the failure, one finding a call. *next is 0 at the first
 * call and moves on. False: nothing more.
 */
bool diagnose_remark(const struct conn *conn, enum moment moment, int64_t time_ns, size_t *next,
		     struct finding *finding);

#endif /* TT_DIAGNOSE_DIAGNOSE_H */
