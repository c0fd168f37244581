"""peer.py server|client PORT NAME OPTIONS - Python's ssl as a peer; OPTIONS is JSON:
ca, cert, key, more (a further [cert, key]), version, max, ciphers, dh, curve, alpn, noticket, refuse (an
alert number that the SNI callback gives), need (a client certificate is), ask (for one), bind (the
client's address), times (a client connects, with the session of the time before)."""
import json, socket, ssl, sys

VERSIONS = {"1.0": ssl.TLSVersion.TLSv1, "1.1": ssl.TLSVersion.TLSv1_1, "1.2": ssl.TLSVersion.TLSv1_2,
            "1.3": ssl.TLSVersion.TLSv1_3}
mode, port, name, o = sys.argv[1], int(sys.argv[2]), sys.argv[3], json.loads(sys.argv[4])
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if mode == "server" else ssl.PROTOCOL_TLS_CLIENT)
context.minimum_version = VERSIONS[o.get("version", "1.2")]
context.maximum_version = VERSIONS[o.get("max", o.get("version", "1.3"))]
if "cert" in o:
    context.load_cert_chain(o["cert"], o["key"])
if "more" in o:
    context.load_cert_chain(*o["more"])
if "ca" in o:
    context.load_verify_locations(o["ca"])
elif mode == "client":
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
if "ciphers" in o:
    context.set_ciphers(o["ciphers"])
if "alpn" in o:
    context.set_alpn_protocols([o["alpn"]])
if "refuse" in o:
    context.sni_callback = lambda *_: o["refuse"]
if "dh" in o:
    context.load_dh_params(o["dh"])
if "curve" in o:
    context.set_ecdh_curve(o["curve"])
if o.get("noticket"):
    context.options |= ssl.OP_NO_TICKET
if o.get("need") or o.get("ask"):
    context.verify_mode = ssl.CERT_REQUIRED if o.get("need") else ssl.CERT_OPTIONAL
if mode == "client":
    session = None
    for _ in range(o.get("times", 1)):
        with socket.create_connection(("127.0.0.1", port), timeout=15, source_address=(o.get("bind", ""), 0)) as plain:
            with context.wrap_socket(plain, server_hostname=name, session=session) as s:
                s.sendall(b"GET / HTTP/1.0\r\n\r\n")
                while s.recv(4096):
                    pass
                session = s.session
                if "times" in o:
                    s.unwrap()  # or the server forgets the session
    sys.exit(0)
listener = socket.create_server(("127.0.0.1", port))
while True:
    plain, _ = listener.accept()
    plain.settimeout(15)
    try:
        with context.wrap_socket(plain, server_side=True) as s:
            s.recv(4096)
            s.sendall(b"HTTP/1.0 200 OK\r\n\r\nhello\n")
            s.unwrap()
    except OSError:
        plain.close()
