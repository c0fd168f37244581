/* SPDX-License-Identifier: GPL-2.0-only */
/* hooks_state.h - what the files of hooks.h share. */
#ifndef TT_PROBE_HOOKS_STATE_H
#define TT_PROBE_HOOKS_STATE_H

#include "probe/hooks.h"
#include "tlstrace.skel.h"

#define LINKS_MAX 12

struct hooks {
	struct tlstrace_bpf *skel;
	const char *name;
	struct bpf_link *links[LINKS_MAX];
	int link_count;
	bool multi; /* the library program is attached many places at a time */
};

#endif /* TT_PROBE_HOOKS_STATE_H */
