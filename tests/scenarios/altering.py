"""altering.py - a TCP proxy that knows records: changes one byte of one of them, or ends a connection at it."""
import socket, struct, threading

FLIP, CUT, RESET = True, "cut", "reset"


def whole(source, count):
    data = b""
    while len(data) < count:
        more = source.recv(count - len(data))
        if not more:
            return None
        data += more
    return data


class Link:
    """The two sockets of one connection through the proxy, and how it is to end."""

    def __init__(self, near, far):
        self.near, self.far, self.reset = near, far, False

    def end(self):
        for s in (self.near, self.far):
            if self.reset:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            s.close()

    def pump(self, source, sink, pick):
        """Pass records on. `pick` says of each what becomes of it: FLIP turns its last byte over,
        CUT ends the stream before it, RESET the whole connection."""
        protected = 0
        try:
            while header := whole(source, 5):
                body = bytearray(whole(source, int.from_bytes(header[3:], "big")) or b"")
                what = pick(protected, header[0]) if pick else None
                if what == CUT:
                    break
                if what == RESET:
                    self.reset = True
                    sink.shutdown(socket.SHUT_RD)  # wakes the other direction up; says nothing to anybody
                    return
                if what:
                    body[-1] ^= 1
                protected += protected > 0 or header[0] == 20
                sink.sendall(header + body)
        except OSError:
            pass
        self.ended(source, sink)

    def ended(self, source, sink):
        """The one end will say no more, or the other does not listen."""
        try:
            if not self.reset:
                sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        try:
            while source.recv(65536):
                pass
        except OSError:
            pass

    def prelude(self, question, answer):
        """What is said before TLS: so many bytes by the client, so many by the server."""
        self.far.sendall(whole(self.near, question) or b"")
        self.near.sendall(whole(self.far, answer) or b"")


def proxy(listen, target, connections, prelude=None, source=lambda: 0):
    """
    Serve len(connections) connections one after the other. Each is a pair (from the client,
    from the server) of None or a function of how many records after ChangeCipherSpec came,
    that one included, and the record's type. `prelude` is how many bytes the client and the
    server say before TLS; `source` gives the port that a connection to the target comes from.
    """
    server = socket.create_server(("127.0.0.1", listen))

    def serve():
        for by_client, by_server in connections:
            near, _ = server.accept()
            link = Link(near, socket.create_connection(("127.0.0.1", target),
                                                       source_address=("127.0.0.1", source())))
            if prelude:
                link.prelude(*prelude)
            back = threading.Thread(target=link.pump, args=(link.far, near, by_server))
            back.start()
            link.pump(near, link.far, by_client)
            back.join()
            link.end()
        server.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return thread
