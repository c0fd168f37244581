"""between.py - a TCP proxy that knows records and messages, and what it can do to them.

A change is a function of how many records came before in this direction and of the whole
record; it gives bytes to send instead, None to pass it on, or CLOSE, RESET, HANG."""
import socket, struct, threading, time

from altering import whole

CLOSE, RESET, HANG = "close", "reset", "hang"
CLIENT_HELLO, SERVER_HELLO, CERTIFICATE, SERVER_KEY_EXCHANGE, SERVER_HELLO_DONE = 1, 2, 11, 12, 14
CLIENT_KEY_EXCHANGE, CERTIFICATE_VERIFY = 16, 15


class Link:
    """The two sockets of one connection; `ended` once a change has closed or reset it."""

    def __init__(self, near, far):
        self.near, self.far, self.ended = near, far, False

    def end(self, how):
        self.ended = True
        for s in (self.near, self.far):
            if how == RESET:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            try:
                # A reset needs the other thread out of its recv().
                s.shutdown(socket.SHUT_RD if how == RESET else socket.SHUT_RDWR)
            except OSError:
                pass

    def pump(self, source, sink, change):
        count = 0
        try:
            while header := whole(source, 5):
                record = bytearray(header + (whole(source, int.from_bytes(header[3:], "big")) or b""))
                answer = change(count, record) if change else None
                count += 1
                if answer == HANG:
                    while source.recv(65536):
                        pass
                    break
                if answer in (CLOSE, RESET):
                    self.end(answer)
                    return
                sink.sendall(record if answer is None else answer)
            if not self.ended:
                sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def between(listen, target, *connections):
    """Serve as many connections as there are (by_client, by_server) pairs; the thread."""
    server = socket.create_server(("127.0.0.1", listen))

    def serve():
        for by_client, by_server in connections:
            near, _ = server.accept()
            far = socket.create_connection(("127.0.0.1", target))
            link = Link(near, far)
            back = threading.Thread(target=link.pump, args=(far, near, by_server))
            back.start()
            link.pump(near, far, by_client)
            back.join()
            near.close()
            far.close()
        server.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return thread


def messages(record):
    """(type, body) of each message of a record in the clear."""
    at = 5
    while at + 4 <= len(record):
        length = int.from_bytes(record[at + 1:at + 4], "big")
        yield record[at], bytearray(record[at + 4:at + 4 + length])
        at += 4 + length


def build(record, parts):
    body = b"".join(bytes([kind]) + len(b).to_bytes(3, "big") + b for kind, b in parts)
    return bytes(record[:3]) + len(body).to_bytes(2, "big") + body


def edit(kind, function, after=(20,)):
    """Change the messages of one type: function(body) gives the new body, or (type, body)."""
    ended = []

    def change(count, record):
        if record[0] in after:
            ended.append(True)
        if record[0] != 22 or ended:
            return None
        parts = []
        for t, body in messages(record):
            new = function(body) if t == kind else body
            parts.append(new if isinstance(new, tuple) else (t, new))
        return build(record, parts)
    return change


def at(index, answer):
    """At the record number `index`: bytes, or what is to happen."""
    return lambda count, record: answer if count == index else None


def late(index, seconds):
    def change(count, record):
        if count == index:
            time.sleep(seconds)
    return change


def flip(index, position=-1):
    def change(count, record):
        if count == index:
            record[position] ^= 1
    return change


def protected(number):
    """Turn a bit of the protected record with this number, from 1 on."""
    state = {"on": False, "count": 0}

    def change(count, record):
        if record[0] == 20:
            state["on"] = True
        elif record[0] == 23 or state["on"]:
            state["count"] += 1
            if state["count"] == number:
                record[-1] ^= 1
    return change


def extensions(hello, is_server, function):
    """Replace the extensions [(type, data)] of a hello's body by function(list)."""
    start = 34 + 1 + hello[34]
    if is_server:
        start += 3
    else:
        start += 2 + int.from_bytes(hello[start:start + 2], "big")
        start += 1 + hello[start]
    end, items, i = len(hello), [], start + 2
    while i + 4 <= end:
        length = int.from_bytes(hello[i + 2:i + 4], "big")
        items.append((int.from_bytes(hello[i:i + 2], "big"), bytes(hello[i + 4:i + 4 + length])))
        i += 4 + length
    data = b"".join(t.to_bytes(2, "big") + len(d).to_bytes(2, "big") + d for t, d in function(items))
    return hello[:start] + len(data).to_bytes(2, "big") + data
