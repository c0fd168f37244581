"""A connection that was open and busy before the tracer: it is found again, its process named, its later alert and close seen; and a server that was up
before the tracer."""
import os, socket, ssl, sys, threading

import tt
from tt import get, of, ok

CHUNK = 10007


class Pair:
    """Both ends of one connection in this process; `send` moves data server to client."""

    def __init__(self, port, cert, version):
        self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.server.load_cert_chain(*cert)
        client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
        client.maximum_version = version
        listener = socket.create_server(("127.0.0.1", port))
        thread = threading.Thread(target=self.accept, args=[listener])
        thread.start()
        s = socket.create_connection(("127.0.0.1", port))
        self.port = s.getsockname()[1]
        self.near = client.wrap_socket(s, server_hostname="mid.test")
        thread.join()
        listener.close()

    def accept(self, listener):
        self.far = self.server.wrap_socket(listener.accept()[0], server_side=True)

    def send(self, chunks):
        def work():
            for _ in range(chunks):
                self.far.sendall(b"d" * CHUNK)
        thread = threading.Thread(target=work)
        thread.start()
        left = chunks * CHUNK
        while left:
            left -= len(self.near.recv(min(left, 65536)))
        thread.join()

    def close(self):
        thread = threading.Thread(target=lambda: self.far.unwrap())
        thread.start()
        self.near.unwrap()
        thread.join()
        self.near.close()
        self.far.close()


def resync(hooks, cert, version, word):
    what = f"{hooks}: TLS {word}, open before the tracer"
    port = tt.port()
    pair = Pair(port, cert, version)
    pair.send(20)
    tracer = tt.Tracer("--port", port, "--hooks", hooks)
    pair.send(200)
    pair.close()
    events = tracer.stop()
    ends = of(events, "tls-connection")
    ok(len(ends) == 2, f"{what}: seen at both ends", events)
    ok(not of(events, "tls-handshake"), f"{what}: no handshake is made up", of(events, "tls-handshake"))
    ok(bool(ends) and all(get(c, "process.pid") == os.getpid() for c in ends), f"{what}: its process",
       [get(c, "process") for c in ends])
    counts = [get(c, "tls.records.server.application_data.count") for c in ends]
    # A header counts once the next one proves it: the first may be left out.
    ok(all(198 <= n <= 203 for n in counts), f"{what}: the records from then on (200 were sent)", counts)
    closes = {get(c, "tls.close") for c in ends}
    ok(closes == {"close_notify"}, f"{what}: its close", closes)
    if word == "1.2":
        alerts = of(events, "tls-alert")
        ok(len(alerts) == 4, f"{what}: both close_notify alerts, at both ends", alerts)


def busy(hooks, cert):
    """A transfer that goes on while the tracer starts: most packets begin inside a record."""
    what = f"{hooks}: in a transfer that goes on"
    port = tt.port()
    pair = Pair(port, cert, ssl.TLSVersion.TLSv1_3)
    stop, sent = threading.Event(), [0]

    def work():
        while not stop.is_set():
            pair.far.sendall(b"d" * 16000)
            sent[0] += 1
        pair.far.unwrap()

    def drain():
        while pair.near.recv(65536):
            pass
        pair.near.unwrap()
    threads = [threading.Thread(target=t) for t in (work, drain)]
    for t in threads:
        t.start()
    tt.wait_for(lambda: sent[0] > 200, "data flow")
    tracer = tt.Tracer("--port", port, "--hooks", hooks)
    before = sent[0]
    tt.wait_for(lambda: sent[0] > before + 3000, "data flow on")
    stop.set()
    for t in threads:
        t.join()
    pair.near.close()
    pair.far.close()
    ends = of(tracer.stop(), "tls-connection")
    seen = [(get(c, "tls.records.server.application_data.count"), get(c, "tls.gaps") // 16000) for c in ends]
    ok(len(ends) == 2, f"{what}: seen at both ends", ends)
    # What was seen and what is told as missed is all that was sent since the tracer began.
    ok(all(count + gap >= sent[0] - before - 3 for count, gap in seen),
       f"{what}: its records", f"{seen} of {sent[0] - before}")
    ok(all(gap < (40 if hooks == "copy" else 1500) for _, gap in seen), f"{what}: soon found", seen)


def left_open(hooks, cert):
    """Connections that outlast the tracer: one begun before it, one after."""
    what, port = f"{hooks}: open when tracing ends", tt.port()
    before = Pair(port, cert, ssl.TLSVersion.TLSv1_3)
    tracer = tt.Tracer("--port", port, "--hooks", hooks)
    after = Pair(port, cert, ssl.TLSVersion.TLSv1_3)
    for pair in (before, after):
        pair.send(20)
    events = tracer.stop()
    for pair, word in ((before, "begun before"), (after, "begun in it")):
        ends = [e for e in of(events, "tls-connection") if get(e, "client.port") == pair.port]
        ok(len(ends) == 2, f"{what}, {word}: told of at both ends", ends)
        ok({(get(e, "tls.close"), get(e, "tls.close_by"), get(e, "tls.established")) for e in ends} == {("open", None, True)},
           f"{what}, {word}: open, nobody closed it, established", ends)
        how = {get(e, "tlstrace.attribution") for e in ends}
        ok(how == {"io", "scan" if pair is before else "connect"}, f"{what}, {word}: how the owners were found", how)
        pair.close()


def old_server(hooks, cert):
    port = tt.port()
    server = tt.serve(["openssl", "s_server", "-www", "-accept", port, "-cert", cert[0], "-key", cert[1]],
                      port)
    tracer = tt.Tracer("--port", port, "--hooks", hooks)
    client = tt.spawn(["curl", "-sk", "--resolve", f"old.test:{port}:127.0.0.1", f"https://old.test:{port}/"])
    client.wait()
    events = tracer.stop()
    tt.kill(server)
    seen = sorted((get(h, "tlstrace.role"), get(h, "process.pid")) for h in of(events, "tls-handshake"))
    ok(seen == [("client", client.pid), ("server", server.pid)], f"{hooks}: a server up before the tracer", seen)


tt.root_or_skip("midstream")
cert = tt.certificate()
for hooks in ("copy", "cgroup"):
    old_server(hooks, cert)
    resync(hooks, cert, ssl.TLSVersion.TLSv1_2, "1.2")
    resync(hooks, cert, ssl.TLSVersion.TLSv1_3, "1.3")
    busy(hooks, cert)
    left_open(hooks, cert)
sys.exit(tt.result)
