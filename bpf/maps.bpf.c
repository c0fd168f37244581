/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#include "maps_go.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct tt_events_map tt_events SEC(".maps");
struct tt_untold_map tt_untold SEC(".maps");
struct tt_socks_map tt_socks SEC(".maps");
struct tt_told_map tt_told SEC(".maps");
struct tt_processes_map tt_processes SEC(".maps");
struct tt_counts_map tt_counts SEC(".maps");
struct tt_calls_map tt_calls SEC(".maps");
struct tt_library_calls_map tt_library_calls SEC(".maps");
struct tt_objects_map tt_objects SEC(".maps");
struct tt_servers_map tt_servers SEC(".maps");
struct tt_complaints_map tt_complaints SEC(".maps");
struct tt_hits_map tt_hits SEC(".maps");
struct tt_ios_map tt_ios SEC(".maps");
struct tt_go_calls_map tt_go_calls SEC(".maps");
struct tt_go_addresses_map tt_go_addresses SEC(".maps");
const volatile struct tt_config tt_config = {};
__u64 tt_last_id = 0;
__u8 tt_stopping = 0;
__u32 tt_go_seen = 0;
