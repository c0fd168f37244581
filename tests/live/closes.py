"""Who closed: a client whose program closes while it has more to send than the server takes, and whose
kernel resets what the server sends after that."""
import socket, ssl, sys, threading

import tt
from tt import get, of, ok

tt.root_or_skip("closes")
cert, key = tt.certificate()


def context(side):
    c = ssl.SSLContext(side)
    c.check_hostname, c.maximum_version = False, ssl.TLSVersion.TLSv1_2
    c.verify_mode = ssl.CERT_NONE
    return c


def serve(listener, full, closed):
    c = context(ssl.PROTOCOL_TLS_SERVER)
    c.load_cert_chain(cert, key)
    with listener, c.wrap_socket(listener.accept()[0], server_side=True) as tls:
        full.wait(20)
        closed.wait(20)  # the client's end waits behind data that nobody reads
        tls.send(b"late")
        tls.settimeout(20)
        try:
            while tls.recv(65536):
                pass
        except OSError:
            pass  # reset


for hooks in ("copy", "cgroup"):
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    tracer = tt.Tracer("--port", port, "--hooks", hooks)
    full, closed = threading.Event(), threading.Event()
    server = threading.Thread(target=serve, args=(listener, full, closed))
    server.start()
    tls = context(ssl.PROTOCOL_TLS_CLIENT).wrap_socket(socket.create_connection(("127.0.0.1", port)))
    tls.setblocking(False)
    try:
        while True:
            tls.send(b"x" * 16000)
    except ssl.SSLWantWriteError:
        full.set()
    tls.close()
    closed.set()
    server.join(30)
    told = of(tracer.stop(), "tls-connection", role="client")
    ok([get(c, "tls.close_by") for c in told] == ["client"], f"{hooks}: the client closed, whatever came to it then",
       [(get(c, "tls.close"), get(c, "tls.close_by")) for c in told])
sys.exit(tt.result)
