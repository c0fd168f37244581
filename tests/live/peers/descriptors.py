"""descriptors.py - servers whose sockets change hands; CERT KEY PORT HOW

  accept-in-child  two children accept from their parent's listening socket
  reuseport        two processes listen on the port
  passed           the parent accepts and passes the descriptor (SCM_RIGHTS) to a child
  inherited        as inetd: exec of this file with the connection as descriptor 0
  handler          what `inherited` runs

Each reply names the process that served it."""
import os, socket, ssl, sys


def answer(connection, cert, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    try:
        with context.wrap_socket(connection, server_side=True) as tls:
            tls.recv(100)
            tls.sendall(b"%d" % os.getpid())
            tls.unwrap()
    except OSError:
        pass


def accept_for_ever(listener, cert, key):
    while True:
        answer(listener.accept()[0], cert, key)


def passed(listener, cert, key):
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork() == 0:
        listener.close()
        while True:
            _, descriptors, _, _ = socket.recv_fds(theirs, 1, 1)
            answer(socket.socket(fileno=descriptors[0]), cert, key)
    while True:
        connection, _ = listener.accept()
        socket.send_fds(ours, [b"x"], [connection.fileno()])
        connection.close()


def inherited(listener, cert, key, port):
    while True:
        connection, _ = listener.accept()
        child = os.fork()
        if child == 0:
            os.dup2(connection.fileno(), 0)
            os.execv(sys.executable, [sys.executable, __file__, cert, key, port, "handler"])
        connection.close()
        os.waitpid(child, 0)


def listen(port, share=False):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if share:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    s.bind(("127.0.0.1", int(port)))
    s.listen(64)
    return s


cert, key, port, how = sys.argv[1:5]
if how == "handler":
    answer(socket.socket(fileno=0), cert, key)
elif how == "accept-in-child":
    listener = listen(port)
    os.fork()
    accept_for_ever(listener, cert, key)
elif how == "reuseport":
    os.fork()
    accept_for_ever(listen(port, share=True), cert, key)
elif how == "passed":
    passed(listen(port), cert, key)
elif how == "inherited":
    inherited(listen(port), cert, key, port)
