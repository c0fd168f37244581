"""half_hello.py PORT HOW - a client that sends 50 bytes of its ClientHello first; HOW tells what then."""
import socket, ssl, struct, sys, time
port, how = int(sys.argv[1]), sys.argv[2]
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
back, out = ssl.MemoryBIO(), ssl.MemoryBIO()
tls = context.wrap_bio(back, out, server_hostname="good.test")
try:
    tls.do_handshake()
except ssl.SSLWantReadError:
    pass
hello = out.read()
s = socket.create_connection(("127.0.0.1", port))
s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
if how == "twice":
    s.sendall(hello + hello)
else:
    s.sendall(hello[:50])
if how == "reset":
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
elif how == "stop":
    time.sleep(8)
    sys.exit()
elif how == "whole":
    time.sleep(0.3)
    s.sendall(hello[50:])
    while True:
        try:
            tls.do_handshake()
            break
        except ssl.SSLWantReadError:
            if out.pending:
                s.sendall(out.read())
            back.write(s.recv(65536))
    try:
        tls.unwrap()
    except ssl.SSLWantReadError:
        pass
    s.sendall(out.read())
elif how == "close":
    s.shutdown(socket.SHUT_WR)
if how != "reset":
    while s.recv(65536):
        pass
