#!/usr/bin/env bash
# What library probes cost nginx and its client (s_time for connections, wrk for requests; the
# latter calls SSL_connect two dozen times a connection), both ends of each connection together:
# hits and their price by the tracer's own count. On a machine that does nothing else: probes
# are the host's.
cd "$(dirname "$0")/../.." && . tests/live/lib.sh
port=$(port)
. tests/bench/nginx.sh
cpu_ns() { cut -d' ' -f1 /proc/"$1"/schedstat; }
connections() {
	openssl s_time -connect "127.0.0.1:$port" -new -time "$SECONDS_EACH" -www /small 2>/dev/null |
		awk '/connections in .* real seconds/ { print $1 }'
}
requests() {
	wrk -t1 -c8 -d"${SECONDS_EACH}s" "https://127.0.0.1:$port/small" | awk '/requests in/ { print $1 }'
}
# measure NAME LOAD OPTION... - one load on nginx; what the tracer counted of it.
measure() {
	local name=$1 load=$2 before requests worker_ns
	shift 2
	trace --port $port -v "$@"
	before=$(cpu_ns "$worker")
	requests=$($load)
	worker_ns=$((($(cpu_ns "$worker") - before) / requests))
	stop_trace
	[ "$hit" ] || hit=$(sed -n 's/.*probed.*, \([0-9]*\) ns a hit, \([0-9]*\) of.*/a hit: \1 ns where the kernel emulates, \2 ns where it must step over/p' "$T/err")
	python3 - "$T/out" "$name" "$requests" "$worker_ns" <<'P'
import json, sys
out, name, requests, worker = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
e = [json.loads(line) for line in open(out)]
probes = e[-1]["tlstrace"]["stats"]["probes"]
hits, cost = (sum(probes[g][k] for g in ("calls", "errors")) / requests for k in ("hits", "cost_ns"))
paused = sum(x["event"]["action"] == "tlstrace-coverage" and x["tlstrace"]["coverage"]["state"] == "paused" for x in e)
print(f"{name:34} {worker / 1000:12.1f} {hits:10.2f} {cost / 1000:10.2f} {100 * cost / 2 / worker:8.1f} % {100 * e[-1]['tlstrace']['stats']['overhead_ratio']:8.2f} % {paused:7}")
P
	rm "$T/out"
}
SECONDS_EACH=${SECONDS_EACH:-3} hit=
printf '%-34s %12s %10s %10s %10s %10s %7s\n' load 'server µs' hits 'cost µs' 'an end' machine paused
measure 'connections, --io=off' connections --io=off --max-overhead 0
measure 'connections, no limit' connections --max-overhead 100
measure 'keep-alive 1 KiB, as it comes' requests
measure 'keep-alive 1 KiB, no limit' requests --max-overhead 100
echo "$hit"
