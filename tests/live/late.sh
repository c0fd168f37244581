#!/usr/bin/env bash
# An alert that arrives while older data are unread, and that nobody ever reads.
cd "$(dirname "$0")/../.." && . tests/live/lib.sh
if [ "$(id -u)" != 0 ]; then
	echo "ok - late alerts # SKIP needs root"
	exit 0
fi
certificate
port=$(port)
cat >"$T/late.py" <<'P'
import fcntl, socket, ssl, sys, termios, threading
port, cert, key = int(sys.argv[1]), sys.argv[2], sys.argv[3]
server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); server.load_cert_chain(cert, key)
client = ssl.create_default_context(cafile=cert)
listener = socket.create_server(("127.0.0.1", port))
said_all = threading.Event()
def serve():
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    s, _ = listener.accept()
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    t = server.wrap_bio(incoming, outgoing, server_side=True)
    while True:
        try:
            t.do_handshake(); break
        except ssl.SSLWantReadError:
            s.sendall(outgoing.read()); incoming.write(s.recv(65536))
    for _ in range(40): # all of them unread
        t.write(b"d" * 1000)
        s.sendall(outgoing.read())
    try: t.unwrap()
    except ssl.SSLWantReadError: pass
    s.sendall(outgoing.read()) # close_notify, a packet of its own
    while fcntl.ioctl(s, termios.TIOCOUTQ, b"\0" * 4) != b"\0" * 4: pass # until it is all there
    said_all.set()
    try:
        while s.recv(65536): pass
    except ConnectionError: pass
    s.close()
thread = threading.Thread(target=serve); thread.start()
t = client.wrap_socket(socket.create_connection(("127.0.0.1", port)), server_hostname="localhost")
said_all.wait()
t.close()
thread.join()
P
for set in copy cgroup; do
	rm -f "$T/out"
	trace --hooks $set --port $port --records
	/usr/bin/python3 "$T/late.py" $port "$T/cert.pem" "$T/key.pem"
	stop_trace
	check "$set: --records tells the readable messages too" \
		'[(get(m,"tls.message.type"),get(m,"tls.message.direction")) for m in of("tls-message") if get(m,"tlstrace.role")=="client"]==[("client_hello","sent"),("server_hello","received")]'
	check "$set: a close_notify that nobody read is told of" \
		'all(get(s,"tlstrace.stats.dropped.gap")==0 for s in of("tlstrace-stats")) and [get(r,"tls.record.length") for r in of("tls-record") if get(r,"tlstrace.role")=="client" and get(r,"tls.record.sender")=="server"][-1]==19'
done
exit $result
