"""tiny.py - connections of small records by no library, both ends in this process."""
import socket, threading

HELLO, ALERT, DATA = b"\x16\x03\x01\0\x01\x01", b"\x15\x03\x03\0\x01\0", b"\x17\x03\x03\0\0"
REFUSED = b"\x15\x03\x03\0\x02\x02\x28"  # fatal handshake_failure


class Pair:
    """The client sends, the server reads and throws away."""

    def __init__(self, port):
        with socket.create_server(("127.0.0.1", port)) as listener:
            self.near = socket.create_connection(("127.0.0.1", port))
            self.far = listener.accept()[0]
        self.reader = threading.Thread(target=self.read)
        self.reader.start()
        self.near.sendall(HELLO)

    def read(self):
        while self.far.recv(1 << 20):
            pass

    def send(self, record, count):
        for at in range(0, count, 10000):
            self.near.sendall(record * min(10000, count - at))

    def close(self):
        self.near.close()
        self.reader.join()
        self.far.close()


def refused(port, count):
    for _ in range(count):
        pair = Pair(port)
        pair.near.sendall(REFUSED)
        pair.close()
