"""odd.py PORT KIND - a server that is none of TLS, or not to the end."""
import socket, struct, sys, threading

port, kind = int(sys.argv[1]), sys.argv[2]
listener = socket.create_server(("127.0.0.1", port))
kept = []


def serve(c):
    if kind == "smtp":
        c.sendall(b"220 mail.test ESMTP\r\n")
    c.recv(65536)
    if kind == "http":
        c.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n\r\nplain\n")
    elif kind == "reset":
        c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    elif kind == "half":
        c.sendall(bytes.fromhex("160303004a0200004603030a"))  # the beginning of a ServerHello
        kept.append(c)
        return
    elif kind == "endless":
        try:
            while True:
                c.sendall(b"\x15\x03\x03\x00\x02\x01\x5a" * 4096)  # user_canceled, a warning
        except OSError:
            pass
    elif kind == "silent":
        kept.append(c)
        return
    c.close()


while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
