"""calls_nss.py MODE PORT - a TLS client of NSS that tells each of its calls that moves plaintext.

  calls    every kind of call and of end, one connection
  many     three connections in turn
  data     one write with a canary, read back
  get      asks a web server, and reads to the end

It begins when its input ends, so that a tracer knows the library. The server sends back what it
gets. A line a call: "LOCAL-PORT CALL ASKED BYTES", or "LOCAL-PORT CALL ASKED - ERROR"."""
import ctypes, struct, sys
from ctypes import c_int, c_void_p, create_string_buffer

nspr, nss, ssl = (ctypes.CDLL(name) for name in ("libnspr4.so", "libnss3.so", "libssl3.so"))
for function in (nspr.PR_NewTCPSocket, nspr.PR_Open, ssl.SSL_ImportFD):
    function.restype = c_void_p
WAIT, NO_WAIT = ctypes.c_uint(0xffffffff), ctypes.c_uint(0)
PEEK, NONBLOCKING = 2, 0
believe = ctypes.CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int)(lambda *_: 0)


def must(good):
    if not good:
        sys.exit(f"error {nspr.PR_GetError()}")


def option(on):
    return create_string_buffer(struct.pack("=i4xi", NONBLOCKING, on), 256)


class Connection:
    def __init__(self, port):
        address = create_string_buffer(struct.pack("=H", 2) + struct.pack("!H4s", port, b"\x7f\0\0\1"), 128)
        self.fd = c_void_p(nspr.PR_NewTCPSocket())
        must(self.fd and nspr.PR_Connect(self.fd, address, WAIT) == 0)
        must(nspr.PR_GetSockName(self.fd, address) == 0)
        self.port = struct.unpack("!H", address.raw[2:4])[0]
        self.fd = c_void_p(ssl.SSL_ImportFD(None, self.fd))
        must(self.fd and ssl.SSL_AuthCertificateHook(self.fd, believe, None) == 0)
        must(ssl.SSL_ResetHandshake(self.fd, 0) == 0)

    def told(self, call, asked, n):
        print(self.port, call, asked, *([n] if n >= 0 else ["-", nspr.PR_GetError()]), flush=True)
        return n

    def write(self, what):
        return self.told("PR_Write", len(what), nspr.PR_Write(self.fd, what, len(what)))

    def send(self, what):
        return self.told("PR_Send", len(what), nspr.PR_Send(self.fd, what, len(what), 0, WAIT))

    def read(self, most):
        return self.told("PR_Read", most, nspr.PR_Read(self.fd, create_string_buffer(most), most))

    def receive(self, most, flags=0, wait=WAIT):
        return self.told("PR_Recv", most, nspr.PR_Recv(self.fd, create_string_buffer(most), most, flags, wait))

    def take(self, size):
        while size:
            n = self.read(7000)
            must(n > 0)
            size -= n

    def hang_up(self):
        must(nspr.PR_Close(self.fd) == 0)


def calls(port):
    c, file = Connection(port), c_void_p(nspr.PR_Open(b"/dev/zero", 1, 0))
    c.write(b"x")
    c.read(10)
    c.send(b"y" * 300)
    c.receive(10, PEEK)
    c.receive(299)
    c.read(299)
    must(nspr.PR_Read(file, create_string_buffer(123), 123) == 123)  # no connection's
    c.write(b"z" * 20000)  # two records
    c.take(20000)
    c.receive(50, 0, NO_WAIT)
    must(nspr.PR_SetSocketOption(c.fd, option(1)) == 0)
    c.read(50)
    must(nspr.PR_SetSocketOption(c.fd, option(0)) == 0)
    c.hang_up()


def many(port):
    connections = [Connection(port) for _ in range(3)]
    for size in (10, 20, 30):
        for i, c in enumerate(connections):
            c.write(b"m" * (size + i))
            c.take(size + i)
    for c in connections:
        c.hang_up()


def data(port):
    c = Connection(port)
    c.write(b"canary " + b"x" * 93)
    c.take(100)
    c.hang_up()


def get(port):
    c = Connection(port)
    c.write(b"GET / HTTP/1.0\r\n\r\n")
    while c.receive(2000) > 0:
        pass
    c.hang_up()


must(nss.NSS_NoDB_Init(None) == 0)
sys.stdin.read()
{"calls": calls, "many": many, "data": data, "get": get}[sys.argv[1]](int(sys.argv[2]))
