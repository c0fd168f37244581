"""moves.py - calls that move plaintext: a server for peers that tell theirs, and what is told of them."""
import collections, socket, ssl, threading

from tt import get, of, ok


def echo(cert, key):
    """A server that sends back what it gets, in this process; its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    listener = socket.create_server(("127.0.0.1", 0))

    def talk(s):
        try:
            with context.wrap_socket(s, server_side=True) as tls:
                while data := tls.recv(65536):
                    tls.sendall(data)
                tls.unwrap()
        except OSError:
            s.close()

    def serve():
        while True:
            threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()
    threading.Thread(target=serve, daemon=True).start()
    return listener.getsockname()[1]


def said(output, why):
    """What a peer says of its calls, by its port: (name, asked, bytes or why(its word for the failure))."""
    calls = collections.defaultdict(list)
    for line in output.splitlines():
        number, call, asked, *result = line.split()
        calls[int(number)].append((call, int(asked), int(result[0]) if len(result) == 1 else why(result[1])))
    return calls


def seen(events, why, role="client"):
    """The same as the tracer tells it; why(a failed call's tls.io)."""
    calls = collections.defaultdict(list)
    for e in of(events, "tls-io", role=role):
        io = get(e, "tls.io")
        calls[get(e, "client.port")].append((io["call"], io["requested_bytes"], io["bytes"] if "bytes" in io else why(io)))
    return calls


def sums(said, kind):
    """Of one connection's calls, (name, asked, bytes or below 0 or why there are none)."""
    calls = [c[2] if isinstance(c[2], int) else -1 for c in said if kind in c[0].lower()]
    return {"calls": len(calls), "failed": sum(n < 0 for n in calls), "bytes": sum(max(n, 0) for n in calls)}


def sums_told(connection, said, what):
    for kind in ("read", "write"):
        io = dict(get(connection, "tls.io." + kind) or {})
        took = io.pop("blocked_ns", 0)
        ok(io == sums(said, kind) and took > 0, f"{what}: the connection's sums: {kind}", (io, said))
    ok(get(connection, "tls.io.complete") is True, f"{what}: the sums are complete", get(connection, "tls.io"))
