/* SPDX-License-Identifier: GPL-2.0-only */
#include <bpf/bpf.h>
#include <errno.h>

#include "probe/go.h"
#include "tlstrace/library_event.h"

/* By enum tt_go_error. */
static const struct tt_go_value errors[] = {
	{ 0 },
#define GO_ERROR(name, method, shape, offset) { 0, TT_GO_ERROR_##name, TT_GO_##shape, offset },
#include "tlstrace/go_errors.def"
#undef GO_ERROR
};

static int put(int map_fd, const struct tt_go_key *key, const struct tt_go_value *value)
{
	return bpf_map_update_elem(map_fd, key, value, BPF_ANY) ? errno : 0;
}

int go_publish(const struct library *l, uint32_t file, int map_fd)
{
	int error = 0;

	for (size_t i = 0; i < l->count && !error; i++) {
		struct tt_go_key key = { .file = file, .number = (uint32_t)i + 1 };
		struct tt_go_value value = { .address = l->go.places[i] };

		error = put(map_fd, &key, &value);
	}
	for (size_t i = 1; i < TT_GO_ERRORS && l->count && !error; i++) {
		struct tt_go_key key = { .file = file, .address = l->go.errors[i] };

		if (key.address)
			error = put(map_fd, &key, &errors[i]);
	}
	return error;
}

void go_withdraw(const struct library *l, uint32_t file, int map_fd)
{
	for (size_t i = 0; i < l->count; i++) {
		struct tt_go_key key = { .file = file, .number = (uint32_t)i + 1 };

		bpf_map_delete_elem(map_fd, &key);
	}
	for (size_t i = 1; i < TT_GO_ERRORS && l->count; i++) {
		struct tt_go_key key = { .file = file, .address = l->go.errors[i] };

		if (key.address)
			bpf_map_delete_elem(map_fd, &key);
	}
}
