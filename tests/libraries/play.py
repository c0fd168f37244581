"""play.py - plays the cells of the grid: one connection each, through a proxy of its own."""
import os, signal, socket, subprocess, sys, threading

import cells, players, tt
from altering import proxy
from peer_python import connect
from players import CLIENTS_OF, PEERS, REQUEST, Front

ANSWER = b"HTTP/1.0 400 Bad Request\r\nConnection: close\r\n\r\nno TLS here\n"
PRELUDE = {"PostgreSQL": (8, 1)}  # SSLRequest and its answer


class Cell:
    """One connection: which it is, and by which ports its two ends are found."""

    def __init__(self, peer, role, case, version):
        self.peer, self.role, self.case, self.version = peer, role, case, version
        self.front, self.back, self.ports = None, None, []

    def source(self):
        """A port to come from that no other connection ever has: a reset frees its own at once."""
        self.ports.append(tt.port())
        return self.ports[-1]

    def of(self, event, end):
        """Whether the event is of that end of this connection."""
        role = tt.get(event, "tlstrace.role")
        if role != end and (role or tt.get(event, "process.pid") == os.getpid()):
            return False
        if end == "client":
            return tt.get(event, "server.port") == self.front and self.front
        return tt.get(event, "server.port") == self.back and tt.get(event, "client.port") in self.ports


def plain_server(port, handle):
    """Answers each connection on a plain port in a thread of its own, for ever."""
    listener = socket.create_server(("127.0.0.1", port))

    def serve():
        while True:
            s, _ = listener.accept()
            threading.Thread(target=handle, args=(s,), daemon=True).start()
    threading.Thread(target=serve, daemon=True).start()


def answers(s):
    with s:
        s.settimeout(15)
        try:
            s.recv(4096)
            s.sendall(ANSWER)
            s.shutdown(socket.SHUT_WR)
            while s.recv(4096):
                pass
        except OSError:
            pass


def ask_plainly(port, source=0):
    """HTTP where TLS is spoken, or to who speaks it for us. It may be reset, even before we know that
    we are connected."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=15, source_address=("127.0.0.1", source)) as s:
            s.sendall(REQUEST)
            while s.recv(4096):
                pass
    except (ConnectionResetError, BrokenPipeError):
        pass


def run_client(argv, environment):
    p = tt.spawn(argv, stdin=subprocess.PIPE, env={**os.environ, **environment})
    try:
        p.stdin.write(REQUEST)
        p.stdin.flush()
    except OSError:
        pass  # it has gone already
    try:
        p.wait(25)
    except subprocess.TimeoutExpired:
        tt.ok(False, f"{argv[0]} ends by itself", argv)
        p.kill()
        p.wait()
    tt.running.remove(p)


def run_front(front):
    """A client that is itself a server to those who ask it."""
    p = tt.serve(front[0], front.port)
    ask_plainly(front.port)
    tt.kill(p, signal.SIGTERM)


def run_peer_client(client, port, version, name, ca):
    what = client(port, version, name, ca)
    if isinstance(what, Front):
        run_front(what)
    else:
        run_client(*what)


def run_reference(cell, port, name, ca):
    """The counterpart of a peer's server: Python in this process, openssl where Python cannot."""
    if cell.case == "no common cipher":
        run_client(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", name, players.FLAG[cell.version],
                    "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256", "-ciphersuites", players.CCM8, "-quiet"], {})
    else:
        connect(port, cell.version, name, ca, "none.test" if cell.case == "ALPN" else "http/1.1",
                cell.peer not in players.SILENT or bool(cells.said(cell)))


class Stage:
    """Servers, started once for each configuration, and the certificates."""

    def __init__(self):
        self.good, self.old = tt.certificate("known.test"), tt.certificate("expired.test", -1)
        self.servers = {}
        tt.plain_port = tt.port()
        plain_server(tt.plain_port, answers)

    def server(self, name, factory, config, case):
        pair = self.old if case == "expired" else self.good
        key = name, config, pair[0]
        if key not in self.servers:
            port = tt.port()
            argv, environment = factory(port, config, pair)
            self.servers[key] = port, tt.serve(argv, port, stdin=subprocess.PIPE, cwd="/",
                                               env={**os.environ, **environment})
        return self.servers[key][0]

    def close(self, name):
        for key in [k for k in self.servers if k[0] == name]:
            _, p = self.servers.pop(key)
            if p.poll() is None:
                tt.kill(p, signal.SIGTERM)

    def ca(self, case):
        return {"unknown CA": players.SYSTEM, "expired": self.old[0]}.get(case, self.good[0])

    def play(self, cell):
        server, client, _, _ = PEERS[cell.peer]
        own = CLIENTS_OF.get(cell.peer)
        name, config = "other.test" if cell.case == "SNI" else "known.test", cells.config(cell.case, cell.version, "client" if own else cell.role)
        if cell.role == "client" and cell.case == "HTTP":
            cell.front = tt.port()
            plain_server(cell.front, answers)
            run_peer_client(client, cell.front, cell.version, name, self.ca(cell.case))
            return
        paired = bool(own)
        factory = server if cell.role == "server" or paired else PEERS["OpenSSL 3.0, BIO_f_ssl"][0]
        who = cell.peer if cell.role == "server" or paired else "reference"
        cell.back = self.server(who, factory, config, cell.case)
        if cell.case == "HTTP":
            ask_plainly(cell.back, cell.source())
            return
        cell.front = tt.port()
        rules = cells.Rules(cell.case, cell.version, cell.role)
        thread = proxy(cell.front, cell.back, [rules.pair()], PRELUDE.get(cell.peer), cell.source)
        if cell.role == "client" or own:
            run_peer_client(own or client, cell.front, cell.version, name, self.ca(cell.case))
        else:
            run_reference(cell, cell.front, name, self.ca(cell.case))
        thread.join(20)
        tt.ok(not thread.is_alive(), f"{cell.peer}, {cell.role}, {cell.case}, {cell.version}: it came to an end") \
            if thread.is_alive() else None
