"""Sockets that change hands: the process that serves a connection is named, whoever
listened or accepted; sockets of another network namespace; and a pid that is used again."""
import os, signal, socket, ssl, sys, time

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


def run_as(pid, argv):
    """Run a command as the process of this number, once the number is free. How it ended."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with open("/proc/sys/kernel/ns_last_pid", "w") as last:
            last.write(str(pid - 1))
        child = os.fork()
        if not child:
            if os.getpid() != pid:
                os._exit(126)
            null = os.open(os.devnull, os.O_RDWR)
            for fd in range(3):
                os.dup2(null, fd)
            os.execvp(argv[0], argv)
        status = os.waitpid(child, 0)[1]
        if child == pid:
            return status
    return None


def reused(hooks, cert):
    """Two programs that had the same pid, one after the other."""
    what, port = f"{hooks}: one pid, two programs", tt.port()
    server = tt.serve(["openssl", "s_server", "-www", "-accept", port, "-cert", cert[0], "-key", cert[1]], port)
    tracer = tt.Tracer("--port", port, "--hooks", hooks)
    first = tt.spawn(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-servername", "first.test"])
    first.wait()
    status = run_as(first.pid, ["curl", "-sk", "--resolve", f"second.test:{port}:127.0.0.1", f"https://second.test:{port}/"])
    ok(status == 0, f"{what}: the second had it", status)
    events = tracer.stop()
    tt.kill(server)
    for name, program in (("first.test", "openssl"), ("second.test", "curl")):
        for action in ("tls-handshake", "tls-connection"):
            seen = [(get(e, "process.pid"), get(e, "process.name"), get(e, "process.executable").rpartition("/")[2],
                     get(e, "process.command_line").split()[0]) for e in of(events, action, role="client", name=name)]
            ok(seen == [(first.pid, program, program, program)], f"{what}: {program}'s {action}", seen)
    starts = [get(e, "process.start") for e in of(events, "tls-handshake", role="client")]
    ok(len(set(starts)) == 2, f"{what}: each with its start", starts)


tt.root_or_skip("owners")
cert = tt.certificate()
for hooks in ("copy", "cgroup"):
    for how in ("accept-in-child", "reuseport", "passed", "inherited"):
        hands(how, hooks, cert)
    namespace(hooks, cert)
    reused(hooks, cert)
sys.exit(tt.result)
