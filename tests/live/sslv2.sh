#!/usr/bin/env bash
# An SSLv2-compatible ClientHello (RFC 5246 E.2) before TLS, as old clients send it.
cd "$(dirname "$0")/../.." && . tests/live/lib.sh
if [ "$(id -u)" != 0 ]; then
	echo "ok - SSLv2 hello # SKIP needs root"
	exit 0
fi
certificate
port=$(port)
server "$port" -tls1_2 -cipher ALL:@SECLEVEL=0
for set in copy cgroup; do
	rm -f "$T/out"
	trace --hooks $set --port "$port"
	/usr/bin/python3 - "$port" <<'P'
import socket, struct, sys
suites = b"".join(b"\0" + struct.pack(">H", s) for s in (0xc030, 0xc02f, 0x009d, 0x009c, 0x003c, 0x002f))
hello = b"\1\3\3" + struct.pack(">HHH", len(suites), 0, 32) + suites + bytes(range(32))
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
s.sendall(struct.pack(">H", 0x8000 | len(hello)) + hello)
assert s.recv(5)[0] == 22 # the server answers with TLS
s.close()
P
	stop_trace
	check "$set: the hello and its answer are decoded at both ends" \
		'sorted((get(h,"tlstrace.role"),get(h,"tls.version"),get(h,"tls.history")[:2],len(get(h,"tls.client.supported_ciphers"))) for h in of("tls-handshake"))==[("client","1.2","Cs",6),("server","1.2","Cs",6)]'
done
exit $result
