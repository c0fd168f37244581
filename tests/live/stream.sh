#!/usr/bin/env bash
# The record machine against what the peers themselves count: bulk data, TLS after
# plaintext (STARTTLS), other protocols, many short-lived clients, a server that was
# up before the tracer.
cd "$(dirname "$0")/../.." && . tests/live/lib.sh
if [ "$(id -u)" != 0 ]; then
	echo "ok - streams # SKIP needs root"
	exit 0
fi
certificate
cat >"$T/peer.py" <<'P'
# peer.py MODE PORT CERT KEY - one connection in each mode; prints what it sent.
import socket, ssl, sys, threading
mode, port, cert, key = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); server.load_cert_chain(cert, key)
client = ssl.create_default_context(cafile=cert)
listener = socket.create_server(("127.0.0.1", port))
CHUNK, COUNT = 16384, 4096
def serve():
    s, _ = listener.accept()
    if mode == "starttls":
        s.sendall(b"220 ready\r\n"); s.recv(100); s.sendall(b"220 go ahead\r\n")
    if mode == "http":
        s.recv(1000); s.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 5000); s.close(); return
    t = server.wrap_socket(s, server_side=True)
    if mode == "bulk":
        for _ in range(COUNT): t.sendall(b"d" * CHUNK)
    else:
        t.sendall(b"hello")
    if mode == "cut":
        t.close(); return # a FIN without close_notify
    try:
        t.unwrap().close()
    except ssl.SSLError:
        t.close() # the client closes without a close_notify of its own
thread = threading.Thread(target=serve); thread.start()
s = socket.create_connection(("127.0.0.1", port))
if mode == "starttls":
    s.recv(100); s.sendall(b"STARTTLS\r\n"); s.recv(100)
if mode == "http":
    s.sendall(b"GET / HTTP/1.0\r\n\r\n")
    while s.recv(65536): pass
else:
    t = client.wrap_socket(s, server_hostname="localhost")
    got = 0
    while chunk := t.recv(65536): got += len(chunk)
    t.close()
    print(got)
thread.join()
P
# scenario MODE - one run of the peers under the tracer.
scenario() {
	local port
	port=$(port)
	rm -f "$T/out"
	trace --hooks "$set" --port "$port"
	/usr/bin/python3 "$T/peer.py" "$1" "$port" "$T/cert.pem" "$T/key.pem" >/dev/null
	stop_trace
}

for set in copy cgroup; do
	scenario bulk
	# 4096 records of data of the server's; its Finished flight and tickets beside.
	check "$set: 64 MiB: no record of the sender lost at its own end" \
		'all(4096 <= get(c,"tls.records.server.application_data.count") <= 4110 and get(c,"tls.gaps")==0 for c in of("tls-connection") if get(c,"tlstrace.role")=="server") and len(of("tls-connection"))==2'
	[ $set = copy ] && check "$set: the receiving end counts the same" \
		'len({get(c,"tls.records.server.application_data.count") for c in of("tls-connection")})==1'
	scenario starttls
	check "$set: close_notify of TLS 1.3 is told by its size" \
		'{get(c,"tls.close") for c in of("tls-connection")}=={"close_notify"}'
	check "$set: TLS after plaintext is found" \
		'sorted(get(h,"tlstrace.role") for h in of("tls-handshake") if get(h,"tls.established"))==["client","server"]'
	scenario cut
	check "$set: an end without close_notify is not called one" \
		'[get(c,"tls.close") for c in of("tls-connection") if get(c,"tlstrace.role")=="client"]==["fin"]'
	scenario http
	check "$set: HTTP is never TLS, and counted" \
		'seen==[] and get(e[-1],"tlstrace.stats.connections.not_tls")==2'
done
rm -f "$T/out"
port=$(port)
server $port
trace --port $port
for _ in $(seq 100); do curl -sk -o /dev/null https://127.0.0.1:$port/; done
stop_trace
check "100 clients of 100 processes, each attributed, none lost" \
	'len({get(h,"process.pid") for h in of("tls-handshake") if get(h,"tlstrace.role")=="client" and get(h,"process.name")=="curl"})==100 and not any(e[-1]["tlstrace"]["stats"]["dropped"].values())'
exit $result
