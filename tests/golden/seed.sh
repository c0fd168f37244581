#!/usr/bin/env bash
# The case of the session that cannot be resumed, against its golden text (in a pipe, and for
# terminals of some widths) and NDJSON.
# "seed.sh write" makes them anew; the difference is then for the eye.
cd "$(dirname "$0")/../.." || exit 1
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
# $1: the golden files' name; the rest: arguments of seed.py
make_case() {
	/usr/bin/python3 -B tests/golden/seed.py "${@:2}" >"$T/$1.pcap"
	TZ=UTC "$B/tlstrace" read "$T/$1.pcap" >"$T/$1.txt"
	for width in 80 100 160; do
		TZ=UTC COLUMNS=$width "$B/tlstrace" read "$T/$1.pcap" >"$T/$1-$width.txt"
	done
	# Without what differs from host to host and run to run.
	"$B/tlstrace" read --json --records "$T/$1.pcap" | grep -v tlstrace-stats |
		sed 's/"host":{[^}]*},//' >"$T/$1.ndjson"
	[ "$write" = write ] && cp "$T/$1"*.txt "$T/$1.ndjson" tests/golden/
}
write=$1
make_case seed
make_case seed-full full
result=0
for file in seed{,-full}{,-80,-100,-160}.txt seed{,-full}.ndjson; do
	if difference=$(diff -u "tests/golden/$file" "$T/$file"); then
		echo "ok - golden $file"
	else
		echo "not ok - golden $file"
		sed 's/^/# /' <<<"$difference"
		result=1
	fi
done
exit $result
