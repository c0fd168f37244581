#!/usr/bin/env bash
# What library probes cost nginx and its client (wrk), both ends of each connection together:
# hits and their price by the tracer's own count. On a machine that does nothing else: probes
# are the host's.
cd "$(dirname "$0")/../.." && . tests/live/lib.sh
port=$(port)
. tests/bench/nginx.sh
cpu_ns() { cut -d' ' -f1 /proc/"$1"/schedstat; }
# measure NAME OPTION... - wrk against nginx once; what the tracer counted of it.
measure() {
	local name=$1 before requests worker_ns
	shift
	trace --port $port -v "$@"
	before=$(cpu_ns "$worker")
	requests=$(wrk -t1 -c8 -d"${SECONDS_EACH}s" "${load[@]}" | awk '/requests in/ { print $1 }')
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
load=(-H "Connection: close" "https://127.0.0.1:$port/small")
measure 'connections, --io=off' --io=off --max-overhead 0
measure 'connections, no limit' --max-overhead 100
load=("https://127.0.0.1:$port/small")
measure 'keep-alive 1 KiB, as it comes'
measure 'keep-alive 1 KiB, no limit' --max-overhead 100
echo "$hit"
