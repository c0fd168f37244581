"""A path that loses and reorders packets: the records at both ends against the peers' own
counts; a difference has to be what tls.gaps tells."""
import os, subprocess, sys

import tt
from tt import T, get, of, ok

BYTES = 32 << 20


def namespaces():
    names = [f"tt-{os.getpid()}-{end}" for end in "ab"]
    for name in names:
        tt.run("ip", "netns", "add", name)
    return names


def wire(names):
    relay = tt.spawn([tt.PYTHON, tt.HERE + "/peers/lossy.py", *names], stdout=subprocess.PIPE)
    ok(relay.stdout.readline() == b"ready\n", "the lossy wire is there")
    for name, own, other in (names[0], "10.214.0.1", "10.214.0.2"), (names[1], "10.214.0.2", "10.214.0.1"):
        tt.run("ip", "-n", name, "addr", "add", own, "peer", other, "dev", "wire")
        tt.run("ip", "-n", name, "link", "set", "wire", "up")
    return relay


def compare(hooks, events, said, all_read):
    """Of each end and sender: exactly the sender's counts, or short by what gaps tell."""
    short = 0
    for end in ("server", "client"):
        connection = of(events, "tls-connection", role=end)
        for sender in ("server", "client"):
            seen = [get(c, f"tls.records.{sender}.{key}") for c in connection for key in
                    ("count", "bytes", "application_data.count", "application_data.bytes")]
            sent = [int(n) for n in said[sender]]
            gaps = sum(get(c, "tls.gaps") for c in connection)
            exact = seen == sent and not (all_read and gaps)
            told = not all_read and len(seen) == 4 and gaps and seen[1] + gaps == sent[1]
            short += seen != sent
            ok(exact or told, f"{hooks}: records of the {sender} at the {end}'s end",
               f"seen {seen}, sent {sent}, tls.gaps {gaps}")
    dropped = get(events[-1], "tlstrace.stats.dropped")
    ok(bool(dropped["gap"]) >= bool(short), f"{hooks}: stats tell of a gap where records are missing", dropped)
    if all_read:
        ok(not any(dropped.values()), f"{hooks}: nothing lost", dropped)


def transfer(names, mode):
    """What the peers counted, and the events of each hook set."""
    port = tt.port()
    tracers = {hooks: tt.Tracer("--port", port, "--hooks", hooks) for hooks in ("copy", "cgroup")}
    environment = {**os.environ, "LOAD_ADDRESS": "10.214.0.1"}
    server = tt.serve(["ip", "netns", "exec", names[0], T + "/load", "send", port, *cert, BYTES], port,
                      stdout=subprocess.PIPE, env=environment)
    client = tt.run("ip", "netns", "exec", names[1], T + "/load", mode, str(port), "3", env=environment)
    said = {"server": server.communicate()[0].decode().split(), "client": client.split()}
    return said, {hooks: tracer.stop() for hooks, tracer in tracers.items()}


# Records of no library, all of them in the send buffer when the socket is closed: nobody reads
# before that.
AT_ONCE = '''
import socket, sys
s = socket.create_server(("10.214.0.1", int(sys.argv[1])))
s.setsockopt(socket.SOL_SOCKET, 32, 32 << 20)  # SO_SNDBUFFORCE, inherited
c = s.accept()[0]
c.sendall(b"\\x16\\x03\\x03\\0\\x01\\x02" + (b"\\x17\\x03\\x03\\x40\\0" + b"d" * 16384) * 500)
c.close()
'''
READ = '''
import socket, sys
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)
s.connect(("10.214.0.1", int(sys.argv[1])))
input()
while s.recv(1 << 20): pass
'''


def closed_early(names):
    """How many segments the kernel sent again after the close, and the tracer's events."""
    def sent_again():
        tcp = tt.run("ip", "netns", "exec", names[0], "grep", "^Tcp:", "/proc/net/snmp").splitlines()
        return int(dict(zip(*(line.split() for line in tcp)))["RetransSegs"])

    port = tt.port()
    tracer = tt.Tracer("--port", port, "--wire-only")
    server = tt.serve(["ip", "netns", "exec", names[0], tt.PYTHON, "-c", AT_ONCE, port], port)
    client = tt.spawn(["ip", "netns", "exec", names[1], tt.PYTHON, "-c", READ, port],
                      stdin=subprocess.PIPE)
    server.wait()
    before = sent_again()
    client.communicate(b"\n")
    return sent_again() - before, tracer.stop()


tt.root_or_skip("lossy path")
cert = tt.certificate()
tt.run("gcc", "-O2", "-Wall", "-o", T + "/load", tt.HERE + "/peers/load.c", "-lssl", "-lcrypto")
names = namespaces()
try:
    relay = wire(names)
    read = transfer(names, "recv")
    poured = transfer(names, "pour")
    early = closed_early(names)
    relay.terminate()
    forwarded, dropped, reordered = map(int, relay.communicate()[0].split())
finally:
    for name in names:
        tt.run("ip", "netns", "del", name)
ok(dropped > 40 and reordered > 100, "the wire dropped and reordered", (forwarded, dropped, reordered))
for hooks, events in read[1].items():
    compare(hooks, events, read[0], hooks == "copy")
    retransmits = [get(c, "tls.retransmits") for c in of(events, "tls-connection", role="server")]
    ok(retransmits and retransmits[0] > 0, f"{hooks}: retransmissions are counted", retransmits)
told = [get(c, "tls.retransmits") for c in of(early[1], "tls-connection")]
ok(early[0] > 4 and len(told) == 2 and early[0] / 4 < sum(told) <= early[0] * 4,
   "what is sent again after the close is counted", (early[0], told))
for hooks, events in poured[1].items():
    compare(hooks + ", splice", events, poured[0], False)
    seen = [get(c, "tls.records.server.count") for c in of(events, "tls-connection", role="client")]
    ok(seen and seen[0] > 100, f"{hooks}, splice: records are found again", seen)
sys.exit(tt.result)
