"""blocking.py server PORT CERT KEY CONFIG | client ADDRESS PORT NAME VERSION TIMES

A TLS peer on Python's blocking sockets. A client prints what it negotiated, one line
of JSON a connection; it offers the session of the one before."""
import json, socket, ssl, sys

VERSIONS = {"1.0": ssl.TLSVersion.TLSv1, "1.1": ssl.TLSVersion.TLSv1_1,
            "1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
REPLY = b"HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nhello\n"
REQUEST = b"GET / HTTP/1.0\r\n\r\n"


def server_context(cert, key, config):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    context.set_alpn_protocols(["http/1.1"])
    if config == "noticket":
        context.options |= ssl.OP_NO_TICKET
    if config == "retry":
        context.set_ecdh_curve("secp384r1")
    return context


def client_context(version):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = context.maximum_version = VERSIONS[version]
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    context.set_alpn_protocols(["http/1.1"])
    return context


def said(tls):
    print(json.dumps({"version": tls.version().replace("TLSv", "").ljust(3, ".").replace("1..", "1.0"),
                      "cipher": tls.cipher()[0], "resumed": tls.session_reused}), flush=True)


def serve(port, cert, key, config):
    context = server_context(cert, key, config)
    listener = socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)
    while True:
        s, _ = listener.accept()
        s.settimeout(10)
        try:
            with context.wrap_socket(s, server_side=True) as tls:
                tls.recv(1000)
                tls.sendall(REPLY)
                tls.unwrap()
        except OSError:
            s.close()


def connect(address, port, name, version, times):
    context, session = client_context(version), None
    for _ in range(times):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        s = socket.socket(family)
        s.connect((address, port))
        tls = context.wrap_socket(s, server_hostname=name, session=session)
        tls.sendall(REQUEST)
        while tls.recv(4096):
            pass
        said(tls)
        session = tls.session
        try:
            tls.unwrap()
        except OSError:
            pass
        tls.close()


if __name__ == "__main__":
    if sys.argv[1] == "server":
        serve(int(sys.argv[2]), *sys.argv[3:6])
    else:
        connect(sys.argv[2], int(sys.argv[3]), sys.argv[4], sys.argv[5], int(sys.argv[6]))
