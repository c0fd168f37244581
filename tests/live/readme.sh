#!/usr/bin/env bash
# The README's transcript is what the program prints, numbers apart (and in a failed
# test it is printed as it ought to be).
cd "$(dirname "$0")/../.." && . tests/live/lib.sh
if [ "$(id -u)" != 0 ]; then
	echo "ok - transcript # SKIP needs root"
	exit 0
fi
certificate
port=$(port)
server "$port"
mkfifo "$T/ready"
"$B/tlstrace" --port "$port" -c curl --max-overhead 100 --ready-fd 9 >"$T/out" 9>"$T/ready" 2>"$T/err" &
tracer=$!
pids="$pids $tracer"
read -r _ <"$T/ready"
curl -sk -o /dev/null "https://localhost:$port/"
curl -s -o /dev/null "https://localhost:$port/"
stop_trace
# Which end closes first, and how, is a race between curl and the server.
numbers_apart() { sed -E 's/(closed with[a-z_ ]+|reset) by the [a-z]+/closed/; s/[0-9]+/#/g; s/ +/ /g; s/^ //'; }
if diff <(sed -n '/<!-- transcript -->/,/<!-- end -->/s/^    //p' README.md | numbers_apart) \
	<(numbers_apart <"$T/out"); then
	echo "ok - README's transcript"
else
	echo "not ok - README's transcript; it is now:"
	sed 's/^/#     /' "$T/out"
	result=1
fi
exit $result
