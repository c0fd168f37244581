#!/bin/sh
# run.sh [SECONDS] - every fuzzer over its corpus, then on for SECONDS (2) from there.
# What is found stays in build/fuzz/found; what is learned, in build/fuzz/corpus.
cd "$(dirname "$0")/../.." || exit 1
mkdir -p build/fuzz/found
status=0
for source in tests/fuzz/*.c; do
	name=$(basename "$source" .c)
	learned=build/fuzz/corpus/$name
	mkdir -p "$learned"
	if build/fuzz/"$name" -max_total_time="${1:-2}" -max_len=8192 -rss_limit_mb=1024 \
		-artifact_prefix="build/fuzz/found/$name-" -verbosity=0 -print_final_stats=1 \
		"$learned" tests/fuzz/corpus/"$name" >"$learned.log" 2>&1; then
		echo "ok - fuzz $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$learned.log") inputs"
	else
		echo "not ok - fuzz $name"
		sed 's/^/# /' "$learned.log" | tail -n 60
		status=1
	fi
done
exit $status
