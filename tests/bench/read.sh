#!/usr/bin/env bash
# How fast captures are read from page cache on one core: bulk data of a few connections, and
# many handshakes; beside tshark on the same files; and what an open connection costs in memory.
# GIGABYTES=1 HANDSHAKES=200000
cd "$(dirname "$0")/../.." || exit 1
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT

# seconds COMMAND... - its wall time, the best of three, on one core.
seconds() {
	local best=
	for _ in 1 2 3; do
		local from=$EPOCHREALTIME
		taskset -c 0 "$@" >/dev/null 2>&1
		local took
		took=$(awk "BEGIN { print $EPOCHREALTIME - $from }")
		best=$(awk "BEGIN { print \"$best\" == \"\" || $took < ${best:-0} ? $took : ${best:-0} }")
	done
	echo "$best"
}

shark() { # FILE - seconds that tshark takes
	seconds tshark -r "$1" -d tcp.port==443,tls -T fields -e tls.record.content_type \
		-e tls.record.length -e tls.handshake.type
}

report() { # NAME FILE UNITS UNIT
	local ours theirs bytes
	bytes=$(stat -c %s "$2")
	cat "$2" >/dev/null # into page cache
	ours=$(seconds "$B/tlstrace" read "$2")
	echo "$1: $bytes bytes, $3 $4"
	awk "BEGIN { printf \"  tlstrace read: %.2f s, %.2f GB/s, %.0f %s/s\n\", $ours, \
		$bytes / $ours / 1e9, $3 / $ours, \"$4\" }"
	/usr/bin/time -f "  tlstrace read: %M KiB at most" "$B/tlstrace" read "$2" 2>&1 >/dev/null
	# A twentieth of the file is enough to wait for; that tshark starts up is counted once.
	head -c $((bytes / 20)) "$2" >"$T/part"
	head -c 24 "$2" >"$T/nothing"
	theirs=$(shark "$T/part") start=$(shark "$T/nothing")
	theirs=$(awk "BEGIN { print ($theirs - $start) * 20 + $start }")
	awk "BEGIN { printf \"  tshark -T fields: %.3f GB/s, tlstrace is %.0f times as fast\n\", \
		$bytes / $theirs / 1e9, $theirs / $ours }"
}

/usr/bin/python3 -B tests/bench/captures.py bulk "${GIGABYTES:-1}" >"$T/bulk.pcap"
report "bulk data" "$T/bulk.pcap" "$(($(stat -c %s "$T/bulk.pcap") / 1514))" packets
/usr/bin/python3 -B tests/bench/captures.py handshakes "${HANDSHAKES:-200000}" >"$T/handshakes.pcap"
report "handshakes" "$T/handshakes.pcap" "${HANDSHAKES:-200000}" handshakes

# kib COUNT - the most memory while that many connections are open.
kib() {
	/usr/bin/python3 -B tests/bench/captures.py open "$1" >"$T/open.pcap"
	/usr/bin/time -f %M "$B/tlstrace" read "$T/open.pcap" 2>&1 >/dev/null
}
# The newest 4,096 are kept ready, and the same in both.
few=$(kib 5000) many=$(kib 55000)
echo "open connections: $(((many - few) * 1024 / 50000)) bytes each"
