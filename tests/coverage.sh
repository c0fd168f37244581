#!/usr/bin/env bash
# coverage.sh - the lines of user/wire that the unit, golden and capture tests run; a
# build made with --coverage is in $B. Fails below 90 in a hundred, or if a test fails.
cd "$(dirname "$0")/.." || exit 1
export B
find "$B" -name '*.gcda' -delete
for test in "$B"/unit/* tests/golden/*.sh tests/read/*.sh; do
	[ -x "$test" ] && [[ $test != *.d ]] && [[ $test != *.gc* ]] || continue
	output=$("$test" 2>&1) && ! grep -q '^not ok' <<<"$output" || {
		echo "$test failed:"
		grep -A3 '^not ok' <<<"$output"
		exit 1
	}
done
for source in user/wire/*.c; do
	gcov -t -o "$B/user/wire" "$source" 2>/dev/null | awk -F: -v source="$source" '
		$1 ~ /#####/ { missed = missed " " $2 + 0; lines++; next }
		$1 ~ /[0-9]/ { lines++; run++ }
		END { print source, run + 0, lines + 0, missed }'
done | awk '
	{ printf "%5.1f %%  %4d of %4d  %s", $2 * 100 / $3, $2, $3, $1; run += $2; lines += $3
	  if (NF > 3) { printf "  not:"; for (i = 4; i <= NF; i++) printf " %s", $i }; print "" }
	END { printf "%5.1f %%  %4d of %4d  all of user/wire\n", run * 100 / lines, run, lines
	      exit run * 100 < lines * 90 }'
