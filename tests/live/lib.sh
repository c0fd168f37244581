# lib.sh - sourced by live tests: a tracer, a server, assertions over NDJSON.
. tests/live/port.sh
T=$(mktemp -d)
trap 'kill $pids 2>/dev/null; wait 2>/dev/null; ports_free; rm -rf "$T"' EXIT
pids=

# trace ARG... - start tlstrace with NDJSON to $T/out and wait until it is live.
trace() {
	mkfifo "$T/ready"
	"$B/tlstrace" --json="$T/out" -q --ready-fd 9 "$@" 9>"$T/ready" 2>"$T/err" &
	tracer=$!
	pids="$pids $tracer"
	read -r _ <"$T/ready" || true
	rm "$T/ready"
}

# Stop the tracer: it drains its ring and writes its last lines.
stop_trace() {
	kill -INT "$tracer"
	wait "$tracer"
	tracer_status=$?
}

certificate() {
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$T/key.pem" -out "$T/cert.pem" \
		-subj /CN=localhost -addext subjectAltName=DNS:localhost -days 2 2>/dev/null
}

# server PORT ARG... - an openssl server, ready when its own output says so.
server() {
	local port=$1
	shift
	mkfifo "$T/server$port"
	stdbuf -oL openssl s_server -accept "$port" -key "$T/key.pem" -cert "$T/cert.pem" -www "$@" \
		>"$T/server$port" 2>/dev/null </dev/null &
	server_pid=$!
	pids="$pids $server_pid"
	grep -q -m1 ACCEPT <"$T/server$port" &&
		{ cat "$T/server$port" >/dev/null & pids="$pids $!"; }
}

# check NAME PYTHON-EXPRESSION over the list `e` of events.
check() {
	if python3 - "$T/out" "$2" <<'P'; then
import json, sys
e = [json.loads(line) for line in open(sys.argv[1])]
def get(event, path):
    for key in path.split("."):
        if not isinstance(event, dict) or key not in event: return None
        event = event[key]
    return event
def of(action): return [x for x in e if x["event"]["action"] == action]
seen = [x for x in e if get(x, "tlstrace.connection")]
sys.exit(0 if eval(sys.argv[2]) else 1)
P
		echo "ok - $1"
	else
		echo "not ok - $1"
		tail -n 12 "$T/out" | sed 's/^/# /' | cut -c1-1500
		sed 's/^/# /' "$T/err"
		result=1
	fi
}
result=0
