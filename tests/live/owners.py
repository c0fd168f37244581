"""Sockets that change hands: the process that serves a connection is named, whoever
listened or accepted; and sockets of another network namespace."""
import os, signal, socket, ssl, sys

import tt
from tt import get, of, ok

CLIENTS = 6


def fetch(port, name, address="127.0.0.1"):
    """One connection of this process; the reply, which names the server's process."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection((address, port)) as s:
        tls = context.wrap_socket(s, server_hostname=name)
        tls.sendall(b"x")
        reply = b""
        while data := tls.recv(100):
            reply += data
        tls.unwrap()
        return int(reply)


def hands(how, hooks, cert):
    port = tt.port()
    server = tt.serve([tt.PYTHON, tt.HERE + "/peers/descriptors.py", *cert, port, how], port,
                      start_new_session=True)
    if how == "reuseport":
        tt.wait_for(lambda: tt.listeners(port) == 2, "both processes listen")
    tracer = tt.Tracer("--port", port, "--hooks", hooks)
    served, processes = {}, 2 if how in ("reuseport", "accept-in-child") else 1
    while len(served) < CLIENTS or (len(set(served.values())) < processes and len(served) < 200):
        name = f"c{len(served)}.test"
        served[name] = fetch(port, name)
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()
    tt.running.remove(server)
    events = tracer.stop()
    for action in ("tls-handshake", "tls-connection"):
        seen = {get(h, "tls.client.server_name"): get(h, "process.pid")
                for h in of(events, action, role="server")}
        ok(seen == served, f"{hooks}: {how}: the process that served, on every {action}",
           [(n, seen.get(n), served[n]) for n in served if seen.get(n) != served[n]])
    pids = {get(h, "process.pid") for h in of(events, "tls-handshake", role="client")}
    ok(pids == {os.getpid()}, f"{hooks}: {how}: the client", pids)
    if processes == 2:
        ok(len(set(served.values())) == 2, f"{hooks}: {how}: both processes had work", served)


def namespace(hooks, cert):
    """Client here, server in a namespace of its own, a veth pair between."""
    port, name = tt.port(), f"tt-{os.getpid()}"
    link = f"tt{os.getpid() % 10 ** 9}"
    subnet = f"10.213.{os.getpid() % 256}."
    tt.run("ip", "netns", "add", name)
    try:
        tt.run("ip", "link", "add", link + "a", "type", "veth", "peer", "name", link + "b", "netns", name)
        tt.run("ip", "addr", "add", subnet + "1/24", "dev", link + "a")
        tt.run("ip", "link", "set", link + "a", "up")
        tt.run("ip", "-n", name, "addr", "add", subnet + "2/24", "dev", link + "b")
        tt.run("ip", "-n", name, "link", "set", link + "b", "up")
        server = tt.serve(["ip", "netns", "exec", name, "openssl", "s_server", "-www", "-accept", port,
                           "-cert", cert[0], "-key", cert[1]], port)
        tracer = tt.Tracer("--port", port, "--hooks", hooks)
        client = tt.spawn(["curl", "-sk", "--resolve", f"veth.test:{port}:{subnet}2",
                           f"https://veth.test:{port}/"])
        client.wait()
        events = tracer.stop()
        tt.kill(server)
    finally:
        tt.run("ip", "netns", "del", name)
    seen = sorted((get(h, "tlstrace.role"), get(h, "process.pid"), get(h, "server.ip"), get(h, "tls.established"))
                  for h in of(events, "tls-handshake", name="veth.test"))
    wanted = [("client", client.pid, subnet + "2", True), ("server", server.pid, subnet + "2", True)]
    ok(seen == wanted, f"{hooks}: across namespaces: both ends, each with its process", seen)


tt.root_or_skip("owners")
cert = tt.certificate()
for hooks in ("copy", "cgroup"):
    for how in ("accept-in-child", "reuseport", "passed", "inherited"):
        hands(how, hooks, cert)
    namespace(hooks, cert)
sys.exit(tt.result)
