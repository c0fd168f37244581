#!/usr/bin/env bash
# What of a process can be probed, and what cannot: "tlstrace support", coverage events, the budget.
cd "$(dirname "$0")/../.." && . tests/live/lib.sh
if [ "$(id -u)" != 0 ]; then
	echo "ok - support # SKIP needs root"
	exit 0
fi
ok() { # ok NAME CONDITION...
	if "${@:2}"; then
		echo "ok - $1"
	else
		echo "not ok - $1"
		sed 's/^/# /' "$T/said" | cut -c1-300
		result=1
	fi
}
says() { grep -Eq -- "$1" "$T/said"; }
not() { ! "$@"; }
certificate
port=$(port)
server "$port"
"$B/tlstrace" support -p "$server_pid" >"$T/said" 2>&1
ok "a process with OpenSSL" test $? = 0
ok "its version" says 'openssl [0-9]+\.[0-9]+\.[0-9]+: .*libcrypto'
ok "what is probed" says 'probed:.* SSL_do_handshake .*ERR_vset_error'
"$B/tlstrace" support >"$T/said" 2>&1
ok "it is among all" says "^$server_pid "
"$B/tlstrace" support -p $$ >"$T/said" 2>&1
ok "a shell: wire only" says "^$$ .*: wire only"
true &
gone=$!
wait $gone
"$B/tlstrace" support -p $gone >"$T/said" 2>&1
ok "a process that is gone: exit 2" test $? = 2
ok "and one line" test "$(wc -l <"$T/said")" = 1

# What cannot be probed is told with its cause.
say_of() { # say_of NAME C-TEXT
	printf '%s\n#include <unistd.h>\nint main(void) { pause(); return 0; }\n' "$2" | gcc -x c - -o "$T/$1" -lcrypto
	"$T/$1" &
	pids="$pids $!"
	until [ "$(readlink "/proc/$!/exe")" = "$T/$1" ]; do :; done
	"$B/tlstrace" support -p $! >"$T/said" 2>&1
}
say_of rustls 'const char *const from = "/cargo/registry/src/rustls-0.21.7/src/conn.rs";'
ok "rustls is named" says "wire only: rustls"
say_of mbed 'void mbedtls_ssl_handshake(void) {}'
ok "Mbed TLS is named" says "wire only: Mbed TLS"
say_of none '#include <openssl/crypto.h>
const char *f(void) { return OpenSSL_version(0); }'
ok "a program that only hashes with libcrypto is not said to have a TLS library" says "wire only: no TLS library"
printf 'package main\nimport "time"\nfunc main() { time.Sleep(time.Hour) }\n' >"$T/none.go"
GO111MODULE=off GOCACHE=$T/go GOFLAGS= go build -o "$T/gonone" "$T/none.go"
"$T/gonone" &
pids="$pids $!"
until [ "$(readlink "/proc/$!/exe")" = "$T/gonone" ]; do :; done
"$B/tlstrace" support -p $! >"$T/said" 2>&1
ok "a Go program without crypto/tls" says "wire only: a Go program without crypto/tls"
GO111MODULE=off GOCACHE=$T/go GOFLAGS= go build -ldflags '-s -w' -o "$T/gopeer" tests/scenarios/peers/golang.go
port2=$(port)
"$T/gopeer" server "127.0.0.1:$port2" "{\"Cert\":\"$T/cert.pem\",\"Key\":\"$T/key.pem\"}" >/dev/null &
pids="$pids $!"
until [ "$(readlink "/proc/$!/exe")" = "$T/gopeer" ]; do :; done
"$B/tlstrace" support -p $! >"$T/said" 2>&1
ok "a stripped Go program, its release, and what is probed" says "go 1\.[0-9.]+: $T/gopeer"
ok "by the functions' names" says 'probed: .*crypto/tls.*readRecordOrCCS'

# A library that was never seen before, under another name, in a directory of its own.
cp /lib/*/libssl.so.3 "$T/libssl.so.3"
trace --port "$port"
mkfifo "$T/open"
exec 7<>"$T/open"
# Of a process that is gone nobody can say what it had mapped: this one stays.
LD_LIBRARY_PATH=$T openssl s_client -connect "127.0.0.1:$port" <&7 >"$T/client" 2>&1 &
pids="$pids $!"
timeout 10 sh -c "until grep -q '\"coverage\":.*$T/libssl.so.3' '$T/out'; do sleep 0.02; done"
kill $!
wait $! 2>/dev/null
stop_trace
mv "$T/out" "$T/said"
ok "a new library is found while it is used" says "\"coverage\":.*\"path\":\"$T/libssl.so.3\""
# An upgrade: the inode of a file without a library is given to one with a library.
trace --port "$port"
mkdir "$T/lib"
cp /lib/*/libz.so.1 "$T/lib/changed.so"
LD_PRELOAD=$T/lib/changed.so openssl s_client -connect "127.0.0.1:$port" <&7 >"$T/client" 2>&1 &
pids="$pids $!"
until grep -q '"action":"tlstrace-coverage".*"pid":'$!',' "$T/out"; do sleep 0.02; done
kill $!
wait $! 2>/dev/null
inode=$(stat -c %i "$T/lib/changed.so")
rm "$T/lib/changed.so"
for i in $(seq 100); do # others make files too
	cp /lib/*/libssl.so.3 "$T/lib/$i"
	[ "$inode" = "$(stat -c %i "$T/lib/$i")" ] && break
done
if [ "$inode" = "$(stat -c %i "$T/lib/$i")" ]; then
	mv "$T/lib/$i" "$T/lib/libssl.so.3"
	LD_LIBRARY_PATH=$T/lib openssl s_client -connect "127.0.0.1:$port" <&7 >"$T/client" 2>&1 &
	pids="$pids $!"
	timeout 10 sh -c "until grep -q '$T/lib/libssl.so.3' '$T/out'; do sleep 0.02; done"
	kill $! # the server has one client at a time
	wait $! 2>/dev/null
	stop_trace
	mv "$T/out" "$T/said"
	ok "a library in the inode of another file" says "\"path\":\"$T/lib/libssl.so.3\""
else
	stop_trace
	rm "$T/out"
	echo "ok - a library in the inode of another file # SKIP this file system gives a new one"
fi
# A process without a library is told of as such.
trace --port "$port"
/usr/bin/python3 - "$port" "$T/out" <<'P'
import os, socket, sys, time
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
hello = bytes.fromhex("030300" + "11" * 31 + "00" "0002" "c02f" "0100")
body = b"\x01" + len(hello).to_bytes(3, "big") + hello
s.sendall(b"\x16\x03\x01" + len(body).to_bytes(2, "big") + body)
while s.recv(4096):
    pass
end = time.monotonic() + 10  # of a process that is gone nobody can say what it had mapped
while time.monotonic() < end and not (os.path.exists(sys.argv[2]) and "wire only" in open(sys.argv[2]).read()):
    time.sleep(0.01)
P
stop_trace
mv "$T/out" "$T/said"
ok "a client without a TLS library: wire only" says '"name":"python3".*"state":"wire only"'
# Beyond the budget the probes on reads and writes are let go, once, and it is said.
trace --port "$port" --max-overhead 0.000001
curl -sk -o /dev/null "https://127.0.0.1:$port/"
for _ in $(seq 50); do
	curl -sk -o /dev/null "https://127.0.0.1:$port/"
	grep -q '"state":"paused"' "$T/out" && break
done
stop_trace
mv "$T/out" "$T/said"
ok "too dear: paused" says '"state":"paused","reason":".*"calls_per_s":[0-9]+,"cost_ratio":0\.'
trace --port "$port" --max-overhead 0
curl -s -o /dev/null "https://127.0.0.1:$port/"
stop_trace
mv "$T/out" "$T/said"
ok "with no budget: no probe on reads" not says '"probes":\[[^]]*"SSL_read"'
ok "and the reason of the handshake all the same" says '"reason_code":134'
trace --port "$port" --wire-only
curl -s -o /dev/null "https://127.0.0.1:$port/"
stop_trace
mv "$T/out" "$T/said"
ok "--wire-only: no word of a library" not says 'tls-error|coverage'
exit $result
