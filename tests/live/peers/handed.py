"""A server whose connection goes over to another program after the handshake.
   handed.py CERT KEY PORT exec|pass PROGRAM
PROGRAM copies its standard input, the socket, to standard output: the caller sees what it read."""
import os, socket, ssl, subprocess, sys

cert, key, port, how, program = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(cert, key)
with socket.create_server(("127.0.0.1", int(port)), reuse_port=False) as listener:
    tls = context.wrap_socket(listener.accept()[0], server_side=True)
tls.recv(1)
raw = socket.socket(fileno=tls.detach())
if how == "exec":
    os.dup2(raw.fileno(), 0)
    os.execv(program, [program])
sys.exit(subprocess.call([program], stdin=raw))
