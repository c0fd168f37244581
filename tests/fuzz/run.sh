#!/bin/sh
# run.sh [SECONDS] - every fuzzer over its corpus, then on for SECONDS (2) from there, as many
# at a time as there are processors.
# What is found stays in build/fuzz/found; what is learned, in build/fuzz/corpus.
cd "$(dirname "$0")/../.." || exit 1
if [ $# -lt 2 ]; then
	mkdir -p build/fuzz/found
	printf '%s\n' tests/fuzz/*.c | xargs -P "$(nproc)" -n 1 tests/fuzz/run.sh "${1:-2}"
	exit
fi
# run.sh SECONDS SOURCE - one of them.
name=$(basename "$2" .c)
learned=build/fuzz/corpus/$name
mkdir -p "$learned"
if build/fuzz/"$name" -max_total_time="$1" -max_len=8192 -rss_limit_mb=1024 \
	-artifact_prefix="build/fuzz/found/$name-" -verbosity=0 -print_final_stats=1 \
	"$learned" tests/fuzz/corpus/"$name" >"$learned.log" 2>&1; then
	echo "ok - fuzz $name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$learned.log") inputs"
else
	{
		echo "not ok - fuzz $name"
		sed 's/^/# /' "$learned.log" | tail -n 60
	} >"$learned.said"
	cat "$learned.said"
	exit 1
fi
