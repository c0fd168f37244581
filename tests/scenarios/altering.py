"""altering.py - a TCP proxy that knows records and changes one byte of one of them."""
import socket, threading


def whole(source, count):
    data = b""
    while len(data) < count:
        more = source.recv(count - len(data))
        if not more:
            return None
        data += more
    return data


def pump(source, sink, pick):
    """Pass records on; the last byte of the one that `pick` says yes to is turned over."""
    protected = 0
    try:
        while header := whole(source, 5):
            body = bytearray(whole(source, int.from_bytes(header[3:], "big")) or b"")
            if pick and pick(protected, header[0]):
                body[-1] ^= 1
            protected += protected > 0 or header[0] == 20
            sink.sendall(header + body)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def proxy(listen, target, connections):
    """
    Serve len(connections) connections one after the other. Each is a pair (from the client,
    from the server) of None or a function of how many records after ChangeCipherSpec came,
    that one included, and the record's type.
    """
    server = socket.create_server(("127.0.0.1", listen))

    def serve():
        for by_client, by_server in connections:
            near, _ = server.accept()
            far = socket.create_connection(("127.0.0.1", target))
            back = threading.Thread(target=pump, args=(far, near, by_server))
            back.start()
            pump(near, far, by_client)
            back.join()
            near.close()
            far.close()
        server.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return thread
