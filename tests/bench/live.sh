#!/usr/bin/env bash
# What tracing costs: server CPU per request of nginx without and with tlstrace in
# alternation, medians of PAIRS pairs, and the CPU of tlstrace and of
# `tshark -Y tls.alert_message` on the same load. SECONDS_EACH is one measurement.
cd "$(dirname "$0")/../.." && . tests/live/lib.sh
PAIRS=${PAIRS:-7} SECONDS_EACH=${SECONDS_EACH:-2} port=$(port)
. tests/bench/nginx.sh
cpu_ns() { cut -d' ' -f1 /proc/"$1"/schedstat 2>/dev/null || echo 0; }
# tool_ns PID - CPU of a process and its children, threads included.
tool_ns() {
	local sum=0 pid
	for pid in "$1" $(pgrep -P "$1"); do
		for task in /proc/"$pid"/task/*; do
			sum=$((sum + $(cut -d' ' -f1 "$task/schedstat" 2>/dev/null || echo 0)))
		done
	done
	echo $sum
}
# load NAME TOOL_PID - one measurement: server ns a request, tool ns a request.
load() {
	local args=() before tool_before requests
	case $1 in
	keep-alive) args=("https://127.0.0.1:$port/small") ;;
	handshakes) args=(-H "Connection: close" "https://127.0.0.1:$port/small") ;;
	bodies) args=("https://127.0.0.1:$port/big") ;;
	esac
	before=$(cpu_ns "$worker") tool_before=$([ "$2" = 0 ] && echo 0 || tool_ns "$2")
	requests=$(wrk -t1 -c8 -d"${SECONDS_EACH}s" "${args[@]}" | awk '/requests in/ { print $1 }')
	echo "$((($(cpu_ns "$worker") - before) / requests))" \
		"$([ "$2" = 0 ] && echo 0 || echo $((($(tool_ns "$2") - tool_before) / requests)))"
}
median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
start_tlstrace() {
	mkfifo "$T/ready"
	"$B/tlstrace" --port $port --ready-fd 9 "$@" >/dev/null 9>"$T/ready" 2>"$T/err" &
	tool=$!
	pids="$pids $tool"
	read -r _ <"$T/ready"
	rm "$T/ready"
}
start_tshark() {
	mkfifo "$T/ready"
	tshark -i lo -f "tcp port $port" -d tcp.port==$port,tls -Y tls.alert_message >/dev/null 2>"$T/ready" &
	tool=$!
	pids="$pids $tool"
	grep -q -m1 Capturing <"$T/ready"
	rm "$T/ready"
}
end_tool() {
	kill -INT "$tool"
	wait "$tool"
}
printf '%-11s %14s %14s %8s %16s %14s %7s\n' load 'alone µs/req' 'traced µs/req' change \
	'tlstrace µs/req' 'tshark µs/req' ratio
for name in ${LOADS:-keep-alive handshakes bodies}; do
	for _ in $(seq "$PAIRS"); do
		alone=$(load "$name" 0)
		start_tlstrace "$@"
		traced=$(load "$name" "$tool")
		end_tool
		echo "${alone% *}" >>"$T/a.txt"
		echo "${traced% *}" >>"$T/b.txt"
		echo "${traced#* }" >>"$T/own.txt"
		echo "$((${traced% *} * 10000 / ${alone% *} - 10000))" >>"$T/r.txt"
	done
	for _ in 1 2 3; do
		start_tshark
		shark=$(load "$name" "$tool")
		end_tool
		echo "${shark#* }" >>"$T/shark.txt"
	done
	awk -v n="$name" -v a="$(median <"$T/a.txt")" -v b="$(median <"$T/b.txt")" -v r="$(median <"$T/r.txt")" \
		-v o="$(median <"$T/own.txt")" -v s="$(median <"$T/shark.txt")" 'BEGIN {
		printf "%-11s %12.1f %13.1f %+7.1f%% %15.2f %13.1f %7.0f\n", n, a / 1000, b / 1000, r / 100, o / 1000, s / 1000, o ? s / o : 0 }'
	rm -f "$T"/*.txt
done
