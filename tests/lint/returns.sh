#!/bin/sh
# returns.sh - no return probe anywhere: it would replace a return address, which ends Go programs.
cd "$(dirname "$0")/../.." || exit 1
if grep -rnE 'uretprobe|URETPROBE|retprobe *=|MULTI_RETURN|kretprobe' user bpf include; then
	echo "not ok - no return probes"
	exit 1
fi
echo "ok - no return probes"
