#!/usr/bin/env bash
# Handshakes of OpenSSL peers: version, cipher, name, process, resumption, alerts,
# with the hook set found by trying and with each one forced.
cd "$(dirname "$0")/../.." && . tests/live/lib.sh
if [ "$(id -u)" != 0 ]; then
	echo "ok - live handshakes # SKIP needs root"
	exit 0
fi
certificate
port=$(port)
server $port
curl_() { curl -s -o /dev/null --resolve "localhost:$port:127.0.0.1" "$@" "https://localhost:$port/"; }

for set in auto copy cgroup; do
	rm -f "$T/out"
	trace --port $port --hooks $set
	curl_ -k
	curl_ -k --tls-max 1.2
	curl -sk -o /dev/null "https://[::1]:$port/"
	curl_
	openssl s_client -connect 127.0.0.1:$port -servername a.test -tls1_2 -no_ticket -reconnect \
		</dev/null >/dev/null 2>&1
	stop_trace
	[ "$tracer_status" = 0 ] && echo "ok - $set: exit status 0" || { echo "not ok - $set: status"; result=1; }
	check "$set: TLS 1.3 and 1.2, from both ends" \
		'all(len([h for h in of("tls-handshake") if get(h,"tls.version")==v and get(h,"tls.established") and get(h,"tlstrace.role")==r])>0 for v in ("1.2","1.3") for r in ("client","server"))'
	check "$set: server name and cipher" \
		'any(get(h,"tls.client.server_name")=="localhost" and get(h,"tls.cipher")=="TLS_AES_256_GCM_SHA384" for h in of("tls-handshake"))'
	check "$set: IPv6, and IPv4 to an IPv6 socket" \
		'{get(h,"network.type") for h in of("tls-handshake")}=={"ipv4","ipv6"} and any(get(h,"server.ip")=="::1" for h in e)'
	check "$set: the two ends share community ID and client random" \
		'all(len([h for h in of("tls-handshake") if get(h,"network.community_id")==get(x,"network.community_id") and get(h,"tls.client.random")==get(x,"tls.client.random")])==2 for x in of("tls-handshake"))'
	check "$set: the server's process is named on every server event" \
		"all(get(h,'process.pid')==$server_pid for h in e if get(h,'tlstrace.role')=='server')"
	check "$set: the client's process is named" \
		'all(get(h,"process.name") in ("curl","openssl") for h in e if get(h,"tlstrace.role")=="client")'
	check "$set: unknown CA: a plaintext fatal alert by the client, seen at both ends" \
		'sorted(get(a,"tls.alert.direction") for a in of("tls-alert") if get(a,"tls.alert.description")=="unknown_ca" and get(a,"tls.alert.sender")=="client")==["received","sent"]'
	check "$set: the alert comes after the server hello" \
		'all(any("server_hello" in r.get("messages",[]) for r in a["tls"]["alert"]["after"]) for a in of("tls-alert") if get(a,"tls.alert.description")=="unknown_ca")'
	check "$set: session-ID resumption is told from a full handshake" \
		'sorted(get(h,"tls.resumed") for h in of("tls-handshake") if get(h,"tls.client.server_name")=="a.test" and get(h,"tlstrace.role")=="client")==[False]+[True]*5'
	check "$set: every connection has a summary" \
		'{get(h,"tlstrace.connection") for h in of("tls-handshake")}=={get(h,"tlstrace.connection") for h in of("tls-connection")}'
	check "$set: sequence numbers have no hole, stats come last" \
		'[x["event"]["sequence"] for x in e]==list(range(1,len(e)+1)) and e[-1]["event"]["action"]=="tlstrace-stats"'
	check "$set: the loss identity holds and nothing was lost" \
		'(lambda s: s["events"]==s["emitted"]+s["filtered"]+sum(s["dropped"].values()) and not any(s["dropped"].values()))(e[-1]["tlstrace"]["stats"])'
done
exit $result
