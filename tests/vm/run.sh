#!/usr/bin/env bash
# run.sh KERNEL... - the guest's tests on each of these kernels; the last line counts.
cd "$(dirname "$0")/../.." || exit 1
passed=0 failed=0 skipped=0
for kernel in "$@"; do
	echo "# kernel $kernel"
	if ! why=$(tests/vm/vmrun.sh "$kernel" 2>&1); then
		echo "ok - kernel $kernel # SKIP $(grep -m 1 '^E:' <<<"$why" || tail -n 1 <<<"$why")"
		skipped=$((skipped + 1))
		continue
	fi
	output=$(VMRUN_ENV=B VMRUN_TIMEOUT=600 B=${B:-build} tests/vm/vmrun.sh "$kernel" -- bash tests/vm/guest.sh 2>&1)
	status=$?
	echo "$output"
	bad=$(grep -c '^not ok' <<<"$output")
	[ $status = 0 ] || [ "$bad" != 0 ] || bad=1
	passed=$((passed + $(grep -c '^ok' <<<"$output"))) failed=$((failed + bad))
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
