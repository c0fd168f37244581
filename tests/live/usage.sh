#!/usr/bin/env bash
# Bad input: one clear line, exit status 2 (usage), 1 (output), 3 (privilege).
cd "$(dirname "$0")/../.." && . tests/live/lib.sh
refuse() { # STATUS TEXT ARG...
	local status=$1 text=$2 got
	shift 2
	got=$("$B/tlstrace" "$@" 2>&1 >/dev/null)
	if [ $? = "$status" ] && [[ $got == *"$text"* ]] && [ "$(wc -l <<<"$got")" = 1 ]; then
		echo "ok - refuses $*"
	else
		echo "not ok - refuses $*: $got"
		result=1
	fi
}
refuse 2 "--frobnicate: no such option" --frobnicate
refuse 2 "--prot: no such option; did you mean --port?" --prot 443
refuse 2 "--sin: no such option; did you mean --sni?" --sin=a.test
refuse 2 "-x: no such option" -qx
refuse 2 "--ver: which of --verbose, --version?" --ver
refuse 2 "--port: which PORT?" --port
refuse 2 "--port: given twice" --port 443 --port 8443
refuse 2 "--pid: which PID?" -p
refuse 2 "--failures takes no value: '--failures=1'" --failures=1
refuse 2 "unexpected word 'raed'; did you mean \"tlstrace read\"?" raed x
refuse 2 "unexpected word 'README.md'; for a capture: tlstrace read README.md" README.md
refuse 2 "--wire-only: not for a capture" read --wire-only x
refuse 2 "--json: not with support" support --json
refuse 2 "--port: not with explain" --port 443 explain 20
refuse 2 "unexpected word 'x'" support x
refuse 2 "unexpected word 'version'; did you mean --version?" version
refuse 2 "--state: which FILE?" --state=
refuse 2 "'out' is not man, bash, zsh or fish" generate out
refuse 2 "generate: which of" generate
refuse 2 "--fail-on: 'eror' is not info, warning or error" --fail-on eror
refuse 2 "--max-overhead: 'much' is not a percentage" --max-overhead much
refuse 2 "--duration: '-1' is not a whole number of seconds" --duration -1
refuse 2 "--count: '0' is not a number of events" --count 0
refuse 2 "'0' is not a TCP port" --port 0
refuse 2 "'99999' is not a TCP port" --port 99999
refuse 2 "'x' is not a process" -p x
refuse 2 "not a running process" -p 4194304
mkfifo "$T/thread"
python3 -c 'import threading as t
s = t.Thread(target=t.Event().wait, daemon=True); s.start(); print(s.native_id, flush=True); s.join()' >"$T/thread" &
pids="$pids $!"
read -r thread <"$T/thread"
refuse 2 "is not a process, but a thread of one" -p "$thread"
refuse 2 "'77' is not the number of an open descriptor" --ready-fd 77
refuse 2 "no-such-user' is not a user" -u no-such-user
refuse 2 "'/nonexistent' is not a cgroup" --cgroup /nonexistent
refuse 2 "is not a running container" --container deadbeef
refuse 2 "'nowhere' is not a network namespace" --netns nowhere
refuse 2 "is not an address" --host 10.0.0.0/33
refuse 2 "is not an address" --host example.org
refuse 2 "at most 15 bytes" -c a-name-much-too-long
refuse 2 "--follow goes with --pid" --follow
refuse 2 "--pid does not go with a command" -p $$ -- true
refuse 2 "hooks" --hooks nonsense
refuse 2 "unexpected word 'word'" word
refuse 1 "/nonexistent/x" --json=/nonexistent/x
# `ip netns exec` mounts a sysfs without cgroups.
got=$(unshare --mount --net sh -c 'mount -t sysfs none /sys && exec "$0" --duration 1' "$B/tlstrace" 2>&1)
[ $? = 3 ] && [[ $got == *"start it outside, with --netns NAME"* ]] && echo "ok - inside of ip netns exec" ||
	{ echo "not ok - inside of ip netns exec: $got"; result=1; }
[ "$("$B/tlstrace" --help | grep -c -- --)" -gt 10 ] && echo "ok - help" || { echo "not ok - help"; result=1; }
of_read=$("$B/tlstrace" read --help)
[[ $of_read == *--keylog* && $of_read == *--port* && $of_read != *--pid* && $of_read != *--starttls* ]] &&
	echo "ok - read --help: its own options" || { echo "not ok - read --help: $of_read"; result=1; }
widest=$("$B/tlstrace" --help | wc -L)
[ "$widest" -le 80 ] && echo "ok - help fits 80 columns" || { echo "not ok - help has $widest columns"; result=1; }
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	cp "$B/tlstrace" "$T/" && chmod 755 "$T" "$T/tlstrace"
	got=$(setpriv --reuid 65534 --regid 65534 --clear-groups "$T/tlstrace" 2>&1 >/dev/null)
	[ $? = 3 ] && [[ $got == *"needs root"* ]] && echo "ok - without privilege: exit 3" ||
		{ echo "not ok - without privilege: $got"; result=1; }
	"$B/tlstrace" -q -- sh -c 'exit 7' 2>/dev/null
	[ $? = 7 ] && echo "ok - exits with the command's status" || { echo "not ok - status"; result=1; }
fi
exit $result
