"""Records cut over segments in every way: a ClientHello byte by byte, headers split, many
records in one segment. The client counts the records that it sends."""
import socket, ssl, sys

import tt
from tt import get, of, ok


class Client:
    """TLS in memory; `cut` says how what it makes is cut into segments."""

    def __init__(self, port, name, cut):
        self.cut, self.sent = cut, []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_hostname=name)
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def flush(self):
        data = self.outgoing.read()
        at = 0
        while at < len(data):
            length = int.from_bytes(data[at + 3:at + 5], "big")
            self.sent.append((data[at], length))
            at += 5 + length
        for piece in self.cut(data):
            self.socket.sendall(piece)

    def until_done(self, call, *args):
        while True:
            try:
                result, done = call(*args), True
            except ssl.SSLWantReadError:
                done = False
            self.flush()
            if done:
                return result
            self.incoming.write(self.socket.recv(65536))


def bytewise(data):
    return [data[i:i + 1] for i in range(len(data))]


def split_headers(data):
    """Each header in two segments, cut after its first to fourth byte in turn."""
    cuts, at, number = [0], 0, 0
    while at < len(data):
        cuts.append(at + 1 + number % 4)
        at, number = at + 5 + int.from_bytes(data[at + 3:at + 5], "big"), number + 1
    cuts.append(len(data))
    return [data[a:b] for a, b in zip(cuts, cuts[1:])]


def whole(data):
    return [data] if data else []


def scenario(hooks, what, cut, records, cert):
    port, name = tt.port(), "cut.test"
    server = tt.serve(["openssl", "s_server", "-accept", port, "-cert", cert[0], "-key", cert[1], "-quiet"],
                      port, stdin=-1)
    tracer = tt.Tracer("--port", port, "--hooks", hooks, "--records")
    client = Client(port, name, cut)
    client.until_done(client.tls.do_handshake)
    for i in range(records):
        client.tls.write(b"r" * (1 + i % 40))
    client.flush()
    try:
        client.until_done(client.tls.unwrap)
    except (ssl.SSLError, OSError):
        pass
    client.socket.close()
    tt.wait_for(lambda: len(of(tracer.events(), "tls-connection")) == 2, "both ends are closed")
    events = tracer.stop()
    tt.kill(server)
    shakes = [(get(h, "tls.client.server_name"), get(h, "tls.established"), get(h, "tls.version"))
              for h in of(events, "tls-handshake")]
    ok(shakes == [(name, True, "1.3")] * 2, f"{hooks}: {what}: the handshake", shakes)
    for role in ("client", "server"):
        seen = [(get(r, "tls.record.type_code"), get(r, "tls.record.length"))
                for r in of(events, "tls-record", role=role) if get(r, "tls.record.sender") == "client"]
        at = next((i for i, (a, b) in enumerate(zip(seen, client.sent)) if a != b), min(len(seen), len(client.sent)))
        # Packets alone can be missed on the way in; then the loss has to be told.
        missing = sum(5 + n for _, n in client.sent) - sum(5 + n for _, n in seen)
        gaps = sum(get(c, "tls.gaps") for c in of(events, "tls-connection", role=role))
        told = hooks == "cgroup" and role == "server" and 0 < missing == gaps
        ok(seen == client.sent or told, f"{hooks}: {what}: all {len(client.sent)} records, in order, at the {role}'s end",
           f"seen {len(seen)}, {missing} bytes missing, tls.gaps {gaps}; from number {at}: seen "
           f"{seen[at:at + 5]}, sent {client.sent[at:at + 5]}")
    dropped = get(events[-1], "tlstrace.stats.dropped")
    if hooks == "copy":
        ok(not any(dropped.values()), f"{hooks}: {what}: nothing lost", dropped)


tt.root_or_skip("segments")
cert = tt.certificate()
for hooks in ("copy", "cgroup"):
    scenario(hooks, "byte by byte", bytewise, 20, cert)
    scenario(hooks, "headers split", split_headers, 60, cert)
    scenario(hooks, "many records in one segment", whole, 1500, cert)
sys.exit(tt.result)
