#!/usr/bin/env bash
# Each scope option lets pass what it names, and nothing else; process facts of
# processes that are gone; containers and units by their cgroups.
cd "$(dirname "$0")/../.." && . tests/live/lib.sh
if [ "$(id -u)" != 0 ]; then
	echo "ok - scope # SKIP needs root"
	exit 0
fi
certificate
port=$(port)
server $port
root=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
id=$(printf 'ab%062d' 7)
group=$root/tt-test-$$.service
box=$root/tt-test-$$.service/docker-$id.scope
mkdir -p "$box"
ip netns add tt-$$ && ip -n tt-$$ link set lo up
cleanup() {
	kill $pids 2>/dev/null
	wait 2>/dev/null
	rmdir "$box" "$group" 2>/dev/null
	ip netns del tt-$$
	ports_free
	rm -rf "$T"
}
trap cleanup EXIT
fetch() { curl -sk -o /dev/null --max-time 5 "https://${1:-127.0.0.1}:${2:-$port}/"; }
in_group() { sh -c "echo \$\$ >$1/cgroup.procs; exec curl -sk -o /dev/null https://127.0.0.1:$port/"; }
# scope ARG... - trace what `work` does.
scope() {
	rm -f "$T/out"
	trace --port $port "$@"
	work
	stop_trace
}
only='{(get(h,"process.name"),get(h,"tlstrace.role")) for h in of("tls-handshake")}'

work() { fetch; }
scope -p "$server_pid"
check "-p: the server's end alone" "$only=={('openssl','server')} and get(seen[0],'process.pid')==$server_pid"
scope -c curl
check "-c: by name" "$only=={('curl','client')}"
scope --sni 'other*'
check "--sni: no other name, and no process for its sake" 'seen==[] and not any(get(c,"process") for c in of("tlstrace-coverage")) and get(e[-1],"tlstrace.stats.filtered")>0'
summary=$("$B/tlstrace" --port $port --sni 'other*' -- curl -sk -o /dev/null "https://127.0.0.1:$port/" 2>/dev/null)
[[ $summary == *" 0 handshakes, 0 failed"* ]] && echo "ok - --sni: the summary counts no other name" ||
	{ echo "not ok - --sni: the summary counts no other name: $summary"; result=1; }
scope --host 127.0.0.2/32
check "--host: another address is not seen" 'seen==[]'
scope --host 127.0.0.0/8
check "--host: a range" 'len(of("tls-handshake"))==2'
scope --host ::1
check "--host: another family is not seen" 'seen==[]'
scope --netns tt-$$
check "--netns: the host's namespace is not seen" 'seen==[]'
scope --netns $$
check "--netns: by process" 'len(of("tls-handshake"))==2'

work() { fetch; curl -sk -o /dev/null "https://localhost:$port/"; }
scope --sni 'LOCAL*'
check "--sni: a pattern, whatever the case" 'len(of("tls-handshake"))==2 and {get(h,"server.address") for h in of("tls-handshake")}=={"localhost"}'

work() { fetch; setpriv --reuid 65534 --clear-groups curl -sk -o /dev/null https://127.0.0.1:$port/; }
scope -u 65534
check "-u: by uid" '[get(h,"process.user.id") for h in of("tls-handshake")]==[65534]'
scope -u nobody
check "-u: by name" '[get(h,"process.user.name") for h in of("tls-handshake")]==["nobody"]'

work() { fetch; in_group "$group"; in_group "$box"; }
scope --cgroup "$group"
check "--cgroup: it and those below" '[get(h,"service.name") for h in of("tls-handshake")]==["tt-test-'$$'.service"]*2'
scope --cgroup "tt-test-$$.service/docker-$id.scope"
check "--cgroup: a path below the root" 'len(of("tls-handshake"))==1'
scope --container "${id:0:12}"
check "--container: by the start of its ID" '[(get(h,"container.id"),get(h,"container.runtime")) for h in of("tls-handshake")]==[("'$id'","docker")]'

rm -f "$T/out" "$T/go"
mkfifo "$T/go"
sh -c "read _ <$T/go; curl -sk -o /dev/null https://127.0.0.1:$port/; sh -c 'curl -sk -o /dev/null https://127.0.0.1:$port/; :'; :" &
parent=$!
pids="$pids $parent"
trace --port $port -p $parent --follow
fetch
echo >"$T/go"
wait $parent
stop_trace
check "--follow: children and theirs, not others" 'len(of("tls-handshake"))==2 and {get(h,"tlstrace.role") for h in of("tls-handshake")}=={"client"}'

rm -f "$T/out"
"$B/tlstrace" -q --json="$T/out" --port $port -- sh -c "sh -c 'curl -sk -o /dev/null https://127.0.0.1:$port/; :'; exit 5" 2>"$T/err" &
wait $!
[ $? = 5 ] && echo "ok - a command's own status" || { echo "not ok - a command's own status"; result=1; }
check "a command's descendants" "$only=={('curl','client')} and len(of('tls-connection'))==1"
check "facts of a process that is gone" '(c:=of("tls-connection")[0]) and get(c,"process.executable").endswith("/curl") and get(c,"process.command_line").startswith("curl -sk") and get(c,"process.start")'

mkfifo "$T/nsready"
ip netns exec tt-$$ stdbuf -oL openssl s_server -accept $port -key "$T/key.pem" -cert "$T/cert.pem" -www >"$T/nsready" 2>/dev/null </dev/null &
pids="$pids $!"
grep -q -m1 ACCEPT <"$T/nsready"
work() { fetch; ip netns exec tt-$$ curl -sk -o /dev/null https://127.0.0.1:$port/; }
scope --netns tt-$$
check "--netns: a namespace by name" 'len(of("tls-handshake"))==2'
exit $result
