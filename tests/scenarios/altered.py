"""Both ends seen: records that change, vanish or come twice between them, and writes beside the library."""
import os, socket, ssl, sys, threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))
import tt
from altering import whole
from both import found, null_run, said, watch
from tt import ok

tt.root_or_skip("both ends compared")
cert = tt.certificate("good.test")
V12, V13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


def pump(source, sink, edit):
    """Pass records on: `edit` is asked of each (number, type, body) which ones go out in its place."""
    number = 0
    try:
        while header := whole(source, 5):
            body = whole(source, int.from_bytes(header[3:], "big")) or b""
            out = edit(number, header[0], body) if edit else None
            for one in [body] if out is None else out:
                sink.sendall(header[:3] + len(one).to_bytes(2, "big") + one)
            number += 1
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def proxy(port, target, by_client, by_server):
    listener = socket.create_server(("127.0.0.1", port))

    def serve():
        near, _ = listener.accept()
        far = socket.create_connection(("127.0.0.1", target))
        back = threading.Thread(target=pump, args=(far, near, by_server))
        back.start()
        pump(near, far, by_client)
        back.join(10)
        near.close(), far.close(), listener.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return thread


def message(kind, at):
    """Turn over byte `at` of the first message of that type."""
    def edit(number, record, body):
        if record != 22 or body[0] != kind:
            return None
        return [body[:at] + bytes([body[at] ^ 1]) + body[at + 1:]]
    return edit


class Data:
    """What happens to the second record of application data that a client sends after its handshake."""

    def __init__(self, what, first):
        self.what, self.first, self.seen, self.held = what, first, 0, None

    def __call__(self, number, record, body):
        if record != 23 or number < self.first:
            return None
        self.seen += 1
        if self.what == "lost":
            return [] if self.seen == 2 else None
        if self.what == "repeated":
            return [body, body] if self.seen == 2 else None
        if self.what == "bytes":
            return [body[:-1] + bytes([body[-1] ^ 1])] if self.seen == 2 else None
        if self.seen == 2:
            self.held = body
            return []
        return [body, self.held] if self.seen == 3 else None


def talk(version, writes=(20, 40, 60, 80), stray=None):
    """A client that writes lines of these lengths and reads until each has come back, turned around."""
    def client(port):
        context = ssl.create_default_context(cafile=cert[0])
        context.minimum_version = context.maximum_version = version
        context.options |= ssl.OP_NO_TICKET
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
                with context.wrap_socket(plain, server_hostname="good.test") as s:
                    for i, length in enumerate(writes):
                        if stray and i == 2:
                            os.write(s.fileno(), stray)
                        s.sendall(b"x" * (length - 1) + b"\n")
                    left = len(writes)
                    while left and (data := s.recv(4096)):
                        left -= data.count(b"\n")
                    s.unwrap()
        except OSError:
            pass
    return client


def case(what, by_client, by_server, client, live, read, words=(), by_proxy=True):
    """One connection, through a proxy that edits records or without: every end of it says the same."""
    front, back = tt.port(), tt.port()
    server = tt.serve(["openssl", "s_server", "-quiet", "-rev", "-cert", cert[0], "-key", cert[1], "-accept", back], back)
    thread = proxy(front, back, by_client, by_server) if by_proxy else None

    def play():
        client(front if by_proxy else back)
        if by_proxy:
            thread.join(20)
    events, captured = watch(play, front, back, options=("--max-overhead", 100))  # others may load the machine
    tt.kill(server)
    ok(not by_proxy or not thread.is_alive(), f"{what}: it came to its end")
    ok(found(events) == live, f"{what}: live: {live or 'no finding'}", f"{found(events)}\n{said(events)}")
    ok(found(captured) == read, f"{what}: from a capture: {read or 'no finding'}", f"{found(captured)}\n{said(captured)}")
    for word in words:
        ok(word in said(events), f"{what}: it says \"{word}\"", said(events))


ALTERED, SEQUENCE, CORRUPT = "altered-in-transit", "record-sequence-broken", "record-corrupted-mid-stream"
KEYS = "full-handshake-keys-differ"
times = lambda n, code, sure="certain": [(code, sure)] * n
PYTHON = f"process {os.path.basename(sys.executable)}"

case("nothing altered, 1.2", None, None, talk(V12), [], [])
case("nothing altered, 1.3", None, None, talk(V13), [], [])
case("ServerKeyExchange, 1.2", None, message(12, 60), talk(V12), times(4, ALTERED), times(2, ALTERED),
     words=["record 3 of the server, a handshake record (server_key_exchange)", "number 61 of", PYTHON])
case("ServerHello's random, 1.2", None, message(2, 20), talk(V12), times(4, ALTERED), times(2, ALTERED),
     words=["(server_hello)", "number 21 of"])
case("ClientHello's session ID, 1.3", message(1, 45), None, talk(V13), times(4, ALTERED), times(2, ALTERED),
     words=["record 1 of the client, a handshake record (client_hello)", "number 46 of"])
case("ServerHello's key share, 1.3", None, message(2, 100), talk(V13), times(4, ALTERED), times(2, ALTERED))
case("Certificate, 1.2", None, message(11, 300), talk(V12), times(4, ALTERED), times(2, ALTERED), words=["(certificate)"])
# What is protected is not kept: a Finished that was altered looks like other keys.
case("the server's Finished, 1.2", None, lambda n, kind, body: [body[:-1] + bytes([body[-1] ^ 1])] if kind == 22 and len(body) == 40 else None,
     talk(V12), times(4, KEYS, "possible"), [])
case("an extra record, 1.2", None, lambda n, kind, body: [body, body] if kind == 22 and body[0] == 11 else None, talk(V12),
     times(4, ALTERED), times(2, ALTERED), words=["arrived twice"])
# The random itself: nothing joins the ends any more, and nothing is claimed. Nor is what a certificate is refused for.
case("ClientHello's random, 1.2", message(1, 20), None, talk(V12), times(2, KEYS, "likely") + times(2, KEYS, "possible"), times(2, KEYS, "possible"))

for version, name, first in ((V12, "1.2", 0), (V13, "1.3", 3)):
    for what in ("lost", "repeated", "swapped"):
        word = {"lost": "did not arrive", "repeated": "arrived twice", "swapped": "arrived after the one behind it"}[what]
        case(f"data {what}, {name}", Data(what, first), None, talk(version), times(4, SEQUENCE), [], words=[word])
    case(f"data altered, {name}", Data("bytes", first), None, talk(version), times(4, CORRUPT, "likely"), [],
         words=["have the same lengths at both"])

    # A write beside the library: the sender's own stream stops being TLS, so it is not the path.
    for stray, how in ((b"debug: one line of a log\n", "text"), (os.urandom(300).replace(b"\x17", b"\x77"), "random bytes")):
        case(f"a stray write of {how}, {name}", None, None, talk(version, stray=stray), [(CORRUPT, "certain"), (CORRUPT, "likely")], [], by_proxy=False,
             words=["the process itself wrote it", "is no TLS record any more after", "beside the TLS library"])
sys.exit(tt.result)
