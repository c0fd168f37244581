"""rows_stray.py - bytes in the stream that no library put there, and ends that vanish."""
import os, signal, socket, ssl, struct, threading, time

import pki
import tt
from between import at, protected
from peers import curl, go, node, pairs, python, s_client, s_server
from row import Row

MID = "record-corrupted-mid-stream"
RECORD = bytes([23, 3, 3, 0, 40]) + bytes(40)
TEXT = b"error: out of memory\n"


def beside(version, stray):
    """A server of this process that writes into the socket beside its library, between two of its own."""
    def play(port, server, _):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*pairs["good"])
        context.maximum_version = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[version]
        listener = socket.create_server(("127.0.0.1", port))

        def work():
            plain, _ = listener.accept()
            s = context.wrap_socket(plain, server_side=True)
            s.settimeout(15)
            try:
                s.recv(100)
                s.sendall(b"hello\n")
                if stray:
                    os.write(s.fileno(), stray)
                s.sendall(b"hello again\n")
                s.unwrap()
            except OSError:
                pass
            s.close()
            listener.close()
        threading.Thread(target=work, daemon=True).start()
        return [], [os.getpid()]
    return play


def strays():
    for version in ("1.2", "1.3"):
        for what, stray in (("a record", RECORD), ("text", TEXT)):
            for who, client in (("s_client", s_client(version=version)), ("python", python("client", version=version)),
                                ("curl", curl("-k", "--http0.9", version=version)), ("go", go("client", version=version)),
                                ("node", node("client", version=version))):
                # Go's own end knows it only if the server reads on before Go closes.
                yield Row(f"{what} written beside the library, {who}, {version}", MID, None, client, "any", play=beside(version, stray),
                          capture=None, **({"client": "any"} if who == "go" else {}))
        yield Row(f"nothing written beside the library, {version}", None, None, python("client", version=version), play=beside(version, b""))


def killed():
    """A client that is stopped dead after the handshake: no close_notify from it, and no fault."""
    for version in ("1.2", "1.3"):
        def client(port, version=version):
            return ["timeout", "-s", "KILL", "2", "openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-tls" + version.replace(".", "_"),
                    "-servername", "good.test", "-ign_eof"], {}
        yield Row(f"client killed after the handshake, {version}", None, s_server(version=version, www=False, stdin=-1), client, "any",
                  seconds=3, pids=False)


def frozen():
    def freeze(port, server, play):
        os.kill(server.pid, signal.SIGSTOP)
        threading.Timer(8, lambda: server.poll() is None and server.send_signal(signal.SIGCONT)).start()
    yield Row("server frozen before the ClientHello", "handshake-stalled", s_server(), curl("-m", "7", "-k", version="1.2", most="1.3"), "any",
              play=freeze, seconds=9, server_end="any", capture="any")


def rows():
    yield from strays()
    yield from killed()
    yield from frozen()
