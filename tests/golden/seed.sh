#!/usr/bin/env bash
# The case of the session that cannot be resumed, against its golden text and NDJSON.
# "seed.sh write" makes them anew; the difference is then for the eye.
cd "$(dirname "$0")/../.." || exit 1
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
/usr/bin/python3 -B tests/golden/seed.py >"$T/seed.pcap"
TZ=UTC "$B/tlstrace" read "$T/seed.pcap" >"$T/seed.txt"
# Without what differs from host to host and run to run.
"$B/tlstrace" read --json --records "$T/seed.pcap" | grep -v tlstrace-stats |
	sed 's/"host":{[^}]*},//' >"$T/seed.ndjson"
[ "$1" = write ] && cp "$T/seed.txt" "$T/seed.ndjson" tests/golden/
result=0
for file in seed.txt seed.ndjson; do
	if difference=$(diff -u "tests/golden/$file" "$T/$file"); then
		echo "ok - golden $file"
	else
		echo "not ok - golden $file"
		sed 's/^/# /' <<<"$difference"
		result=1
	fi
done
exit $result
