"""$HEALTHY connections that work (10,000) over the grid of versions, suites, groups, ways to resume and
to end, and certificates of either end: told as the peers tell them, live and in a capture, and
nothing is found but what is old."""
import collections, os, subprocess, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))
import pki
import tt
from loopback import Loopback
from tt import T, get, of, ok

COUNT, PAIRS = int(os.environ.get("HEALTHY", 10000)), 2
OLD = {"1.0", "1.1"}


def said(port, process):
    """(server's port, client's) -> (version, resumed) as the client's library has it."""
    out = process.communicate()[0].decode()
    ok(process.returncode == 0, f"the peers at one port are content with {len(out.splitlines())} connections",
       open(f"{T}/healthy{port}").read())
    return [(port, int(own), version.replace("TLSv", "").ljust(3, ".").replace("1..", "1.0"), resumed == "1")
            for own, version, resumed, _ in map(str.split, out.splitlines())]


def verdict(where, events, wanted, roles):
    for role in roles:
        seen = [(get(h, "server.port"), get(h, "client.port"), get(h, "tls.version"), get(h, "tls.resumed"))
                for h in of(events, "tls-handshake", **({"role": role} if role else {})) if get(h, "tls.established")]
        alone = collections.Counter(seen)
        alone.subtract(collections.Counter(wanted))
        wrong = {k: n for k, n in alone.items() if n}
        ok(not wrong, f"{where}: {len(wanted)} handshakes as the peers tell them {role or ''}",
           f"seen or wanted alone (server's port, client's, version, resumed): {dict(list(wrong.items())[:10])}")
    found = of(events, "tls-finding")
    old = sum(version in OLD for _, _, version, _ in wanted) * len(roles)
    unsafe = [f for f in found if get(f, "tls.finding.code") == "unsafe-protocol"]
    # A host that is busy makes a handshake slow.
    other = [f["tls"] for f in found if get(f, "tls.finding.code") not in ("unsafe-protocol", "handshake-slow")]
    ok(not other, f"{where}: nothing is found", "\n".join(map(str, other[:5])))
    ok(len(unsafe) == old, f"{where}: what is old is told of, {old} times", len(unsafe))
    alerts = [a for a in of(events, "tls-alert") if get(a, "tls.alert.level") == "fatal"]
    ok(not alerts, f"{where}: no fatal alert", alerts[:2])
    ends = [c for c in of(events, "tls-connection") if get(c, "tls.close") != "close_notify"]
    ok(not ends, f"{where}: each ends with close_notify", "\n".join(map(str, [len(ends), *(c["tls"] for c in ends[:3])])))


tt.root_or_skip("healthy connections")
pairs = pki.make()
tt.run("gcc", "-O2", "-Wall", "-o", T + "/healthy", os.path.dirname(os.path.abspath(__file__)) + "/peers/healthy.c",
       "-lssl", "-lcrypto")
ports = tt.ports(PAIRS)
capture = Loopback(ports)
tracer = tt.Tracer("--max-overhead", "100")  # what others load pauses no probe here
files = [pki.CA, *pairs["good"], *pairs["rsa"], *pairs["user"]]
running = [tt.spawn([T + "/healthy", port, COUNT // PAIRS, *files], stdout=subprocess.PIPE,
                    stderr=open(f"{T}/healthy{port}", "w")) for port in ports]
wanted = []
for port, process in zip(ports, running):
    wanted += (said(port, process))
live = tracer.stop()
stats = get(live[-1], "tlstrace.stats.dropped")
verdict("live", [e for e in live if get(e, "server.port") in ports], wanted, ("client", "server"))
verdict("capture", [e for e in capture.read() if get(e, "server.port") in ports], wanted, (None,))
sys.exit(tt.result)
