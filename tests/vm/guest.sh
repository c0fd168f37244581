#!/usr/bin/env bash
# guest.sh - run by root on the kernel under test, from the project directory: the same
# connections under every hook set that the kernel allows, which must tell the same.
. tests/live/lib.sh
B=${B:-build}
pass() { echo "ok - $1"; }
fail() { echo "not ok - $1"; sed 's/^/# /' "${@:2}"; result=1; }

# What no hook set loads on must say so.
"$B/tlstrace" -q -- true 2>"$T/err"
status=$?
if [ $status = 3 ]; then
	major=$(uname -r | cut -d. -f1) minor=$(uname -r | cut -d. -f2)
	[ "$((major * 100 + minor))" -lt 515 ] && [ "$(wc -l <"$T/err")" = 1 ] &&
		grep -q "($(uname -r)) refuses every hook set: boot Linux 5.15" "$T/err" &&
		pass "too old: exit 3 and one sentence" || fail "exit 3" "$T/err"
	exit $result
fi
[ $status = 0 ] && pass "a hook set loads" || fail "status $status" "$T/err"

certificate # RSA: its signatures are all of one size

plain="tls13 tls12 alert cut scattered starttls http"
[ -e /proc/net/tls_stat ] && plain="$plain ktls"
lossy=
tc qdisc add dev lo root netem delay 1ms 2>/dev/null && lossy="lossy12 lossy13" && tc qdisc del dev lo root

# peers FIRST-PORT SCENARIO... - run them, one after the other.
peers() {
	local port=$1 plan=
	shift
	for scenario in "$@"; do plan="$plan $port=$scenario" port=$((port + 1)); done
	/usr/bin/python3 tests/vm/peers.py "$T/cert.pem" "$T/key.pem" "$T/pids" $plan
}

# try BUILD SET - every scenario under one set; what it told goes to $T/BUILD-SET.
try() {
	local name=${1##*/}-$2 ok=1
	rm -f "$T/out" "$T/pids"
	B=$1 trace --hooks "$2" -v
	peers 4431 $plain 2>"$T/peers" || ok=0
	if [ "$lossy" ]; then
		tc qdisc add dev lo root netem delay 2ms 1ms loss 1% limit 10000
		peers 4451 $lossy 2>>"$T/peers" || ok=0
		tc qdisc del dev lo root
	fi
	stop_trace
	[ $ok = 1 ] || fail "$name: the peers" "$T/peers"
	/usr/bin/python3 tests/vm/facts.py "$T/out" "$T/pids" $plain >"$T/$name"
	if [ -z "$best" ]; then
		best=$name
		grep -q "not the owner" "$T/$name" && fail "$name: owners" "$T/$name" || pass "$name: owners"
		for scenario in $plain; do
			case $scenario in http) want=0 ;; *) want=2 ;; esac
			[ "$(grep -c "^$scenario tls-connection" "$T/$name")" = $want ] ||
				fail "$name: $scenario is seen at both ends" "$T/$name"
		done
	elif diff "$T/$best" "$T/$name" >"$T/diff"; then
		pass "$name tells the same as $best ($(wc -l <"$T/$name") events)"
	else
		fail "$name tells the same as $best" "$T/diff"
	fi
	[ "$lossy" ] && [ "$2" != cgroup ] || return
	check "$name: under loss the receiver counts what the sender does" \
		'(lambda l: len(l)==4 and all(len({(get(c,"tls.records.server.count"),get(c,"tls.records.server.bytes")) for c in l if get(c,"server.port")==p})==1 for p in (4451,4452)) and not any(get(c,"tls.gaps") for c in l))([c for c in of("tls-connection") if get(c,"server.port") in (4451,4452)])'
}

best=
for set in copy fentry kprobe cgroup; do
	if "$B/tlstrace" --hooks $set -q -- true 2>"$T/err"; then
		try "$B" $set
		# The way without bpf_loop, which the oldest kernels have, loads anywhere.
		[ $set != cgroup ] && [ -x "$B/plain/tlstrace" ] && [ -z "$plain_done" ] && plain_done=1 &&
			try "$B/plain" $set
	else
		echo "# $set: $(head -n 1 "$T/err")"
	fi
done
[ -e /proc/net/tls_stat ] && { grep -q 'TlsTxSw[[:space:]]*[1-9]' /proc/net/tls_stat && pass "kTLS was used" ||
	fail "kTLS was used" /proc/net/tls_stat; }
exit $result
