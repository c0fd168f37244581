"""The wall clock is set while tracing, on and back: no handshake has stalled for that, and what
comes after has the new time."""
import datetime, os, socket, ssl, sys, threading, time

import tt
from tt import get, of, ok

SLOW_S = 2.5  # longer than it takes to look twice for what has stalled

tt.root_or_skip("the wall clock is set")
cert, key = tt.certificate()
tt.run("gcc", "-shared", "-fPIC", "-o", tt.T + "/clock.so", tt.HERE + "/peers/clock.c", "-ldl")
server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
server.load_cert_chain(cert, key)
client = ssl.create_default_context(cafile=cert)


def handshake(port, pause_s):
    """The server waits before it answers."""
    def serve():
        s = listener.accept()[0]
        time.sleep(pause_s)
        server.wrap_socket(s, server_side=True).close()

    with socket.create_server(("127.0.0.1", port)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        client.wrap_socket(socket.create_connection(("127.0.0.1", port)), server_hostname="localhost").close()
        thread.join()


# A program built with the address sanitizer wants its library before all others.
FIRST = tt.run("gcc", "-print-file-name=libasan.so").strip() if b"libasan" in open(f"{tt.B}/tlstrace", "rb").read() else ""


def step(seconds, name):
    stepped = f"{tt.T}/stepped{seconds}"
    os.environ.update(LD_PRELOAD=f"{FIRST} {tt.T}/clock.so", CLOCK_STEPPED=stepped, STEP_S=str(seconds))
    port = tt.port()
    tracer = tt.Tracer("--port", port, "--wire-only")
    del os.environ["LD_PRELOAD"]
    handshake(port, 0)
    open(stepped, "w").close()
    handshake(port, SLOW_S)
    handshake(port, 0)
    now = time.time() + seconds
    events = tracer.stop()
    codes = {get(e, "tls.finding.code") for e in of(events, "tls-finding")}
    ok(len(of(events, "tls-handshake")) == 6 and "handshake-stalled" not in codes,
       f"{name}: a handshake of {SLOW_S} s has not stalled", codes)
    last = datetime.datetime.fromisoformat(of(events, "tls-handshake")[-1]["@timestamp"][:26] + "+00:00")
    ok(abs(last.timestamp() - now) < 60, f"{name}: what comes after has the new time", last)
    ok(all((get(e, path) or 0) >= 0 for e in events for path in
           ("event.duration", "tls.handshake.duration_ns", "tls.handshake.client_hello_to_server_hello_ns")),
       f"{name}: no duration is below 0")


step(3600, "an hour on")
step(-3600, "an hour back")
sys.exit(tt.result)
